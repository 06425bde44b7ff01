import { type Right, readRoleRights, rightsOf } from '../core/rights.ts';
import {
  deleteEmbedFamily,
  type EmbedTokenRow,
  insertEmbedToken,
  readEmbedToken,
  replaceEmbedToken,
} from '../db/embed-tokens.ts';
import type { PersonRow } from '../db/people.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { Refusal } from './refusal.ts';
import { type IssuedToken, newToken } from './sessions.ts';
import { inTransaction } from './transaction.ts';

/**
 * Tokens with which a chat inside another application calls the API, where a browser sends no cookie of ours
 * (docs/decisions/0016). Each belongs to one frame, stands on a sign-in and ends with it.
 */

/** Tells them apart from API keys, in a header and in a secret scanner. */
const PREFIX = 'assent-frame_';
const MINUTE = 60_000;
const LIFE = 15 * MINUTE;
/** A replaced token stays good for requests under way, and for a frame that never saw the answer with the new one. */
const GRACE = MINUTE;

/** Who holds a token that is good, and in which frame. */
export interface Embedded {
  family: string;
  person: PersonRow;
  rights: ReadonlySet<Right>;
}

export interface IssuedEmbedToken extends IssuedToken {
  /** Whose page holds the frame: one of the configured. */
  origin: string;
}

/** Begins a frame's tokens: for the person of this sign-in, inside a page of an origin that may hold one. */
export async function issueEmbedToken(
  ctx: Context,
  allowed: readonly string[],
  { origin, personId, signInId }: { origin: string; personId: string; signInId: string },
): Promise<IssuedEmbedToken> {
  if (!allowed.includes(origin))
    throw new Refusal(
      422,
      'embed-origin-not-listed',
      'This installation may not be shown inside that application. An administrator adds its address to EMBED_ORIGINS.',
    );
  return insert(ctx, { origin, personId, signInId, family: ctx.make.id() });
}

/** The next token of a frame that holds a good one, even one replaced a moment ago: that answer may have been lost. */
export async function renewEmbedToken(
  ctx: Context,
  allowed: readonly string[],
  token: string,
): Promise<IssuedEmbedToken> {
  const row = await read(ctx, allowed, token);
  if (row === null) throw embedTokenEnded();
  const { family, origin, signInId, person } = row;
  return insert(ctx, { family, origin, signInId, personId: person.id }, ctx.keys.sha256(token));
}

async function insert(
  ctx: Context,
  token: { family: string; origin: string; personId: string; signInId: string },
  replaces: string | null = null,
): Promise<IssuedEmbedToken> {
  const now = ctx.clock();
  const issued = { token: PREFIX + newToken(ctx), life: LIFE, origin: token.origin };
  await inTransaction(ctx, async (tx) => {
    if (replaces !== null) await replaceEmbedToken(tx, replaces, now, now + GRACE);
    const tokenHash = ctx.keys.sha256(issued.token);
    await insertEmbedToken(tx, { ...token, tokenHash, now, expiresAt: now + LIFE });
  });
  return issued;
}

export const isEmbedToken = (bearer: string): boolean => bearer.startsWith(PREFIX);

/** Who calls with this token; null where nobody does any more. */
export async function readEmbedCaller(
  ctx: Context,
  allowed: readonly string[],
  token: string,
): Promise<Embedded | null> {
  const row = await read(ctx, allowed, token);
  if (row === null) return null;
  return {
    family: row.family,
    person: row.person,
    rights: rightsOf(row.person.role, readRoleRights(row.roleRights)),
  };
}

/** A token that is good. An origin that was taken from the configuration takes its tokens along. */
async function read(ctx: Context, allowed: readonly string[], token: string): Promise<EmbedTokenRow | null> {
  if (token.length > 200) return null;
  const now = ctx.clock();
  const row = await readEmbedToken(ctx.database.db, ctx.keys.sha256(token), now);
  if (row === null || !allowed.includes(row.origin)) return null;
  if (row.expiresAt > now) return row;
  if (row.replacedAt !== null) await endStolen(ctx, row);
  return null;
}

/** As with sessions: a replaced token that comes back after its grace is in two hands, so the frame ends. */
async function endStolen(ctx: Context, { family, person }: EmbedTokenRow): Promise<void> {
  ctx.log.warn({ frame: family }, 'a replaced token of a frame came back: the frame is ended');
  await inTransaction(ctx, async (tx) => {
    await deleteEmbedFamily(tx, family);
    const hints = createHints();
    hints.access(person.id);
    await hints.send(tx);
  });
}

export const embedTokenEnded = (): Refusal =>
  new Refusal(401, 'embed-token-ended', 'You are no longer signed in here. Press “Sign in” again.');
