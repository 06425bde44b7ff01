import { randomBytes } from 'node:crypto';
import type { Act, Fact } from '../core/consent.ts';
import { lineHash, personalHash } from '../core/evidence.ts';
import { PURPOSES, type Purpose } from '../core/purpose.ts';
import type { RecordType } from '../core/record-type.ts';
import type { Settings } from '../core/settings.ts';
import { saveStates } from '../db/consent.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { appendLines, factsOf, type LedgerRow, type PersonalRow } from '../db/ledger.ts';
import { announceConsent } from './announce-consent.ts';
import type { Context } from './context.ts';
import { fold, type Views } from './gate-contact.ts';
import { projectDecision } from './project-decision.ts';
import { neverAsked, rejudgeQueued } from './rejudge-queued.ts';

/**
 * The one door to the ledger: appends lines to a locked contact point, folds, and makes everything that follows true in
 * the same transaction: the state's copy, the Compliance Field of every linked record, the fate of queued messages.
 */

export interface NewLine {
  /** `knowsSeq` in an act is filled in here: the last line of the chain when this one is written. */
  act: Act;
  purposes: Purpose[];
  /** ms; WhatsApp's clock where WhatsApp told us. */
  at: number;
  receivedAt: number;
  source: string;
  actor: string | null;
  /** What explains the line and names nobody: rule, list version, template, digest of the payload. */
  detail: Record<string, unknown>;
  /** Only where the act was decided earlier than it is written: the last line that was known then. */
  knowsSeq?: number;
  /** What names somebody: raw text, message ids, phone, wording. Erasable. */
  personal: Record<string, unknown>;
}

export interface Recorded {
  before: Views;
  after: Views;
  /** The numbers of the new lines in the contact point's chain. */
  seqs: number[];
}

export interface Rules {
  settings: Settings;
  recordTypes: Map<string, RecordType>;
}

export async function recordFacts(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  lines: readonly NewLine[],
  rules: Rules,
  /** What others were told last, where that is not what the lines before these say: before a merge. */
  told?: Views,
): Promise<Recorded> {
  const now = ctx.clock();
  const known = (await factsOf(tx, [contact.id])).get(contact.id) ?? [];
  const before = fold(known, now, rules.settings);
  const rows: LedgerRow[] = [];
  const personal: PersonalRow[] = [];
  const facts: Fact[] = [];
  for (const line of lines) {
    const { row, personalRow } = chainLine(ctx, contact, line);
    rows.push(row);
    personal.push(personalRow);
    facts.push({
      ...withKnowledge(line.act, line.knowsSeq ?? row.seq - 1),
      chain: contact.id,
      seq: row.seq,
      at: line.at,
    });
    contact.ledgerSeq = row.seq;
    contact.ledgerHead = row.hash;
  }
  await appendLines(tx, rows, personal);
  const after = fold([...known, ...facts], now, rules.settings);
  await saveStates(tx, contact.id, after);
  if (PURPOSES.some((purpose) => decisionOf(before, purpose) !== decisionOf(after, purpose)))
    await projectDecision(tx, ctx, contact, before, after, rules.recordTypes);
  await announceConsent(tx, ctx, contact, told ?? before, after);
  const seqs = rows.map((row) => row.seq);
  const failed = await neverAsked(tx, await rejudgeQueued(tx, ctx, contact, rules), now);
  if (failed.length === 0) return { before, after, seqs };
  return { before, after: (await recordFacts(tx, ctx, contact, failed, rules)).after, seqs };
}

/** What must be projected again when it changes. */
const decisionOf = (views: Views, purpose: Purpose): string =>
  `${views[purpose].state}/${views[purpose].decidedBy ?? ''}/${views[purpose].projects}`;

function withKnowledge(act: Act, knowsSeq: number): Act {
  return 'knowsSeq' in act ? { ...act, knowsSeq } : act;
}

function chainLine(
  ctx: Context,
  contact: ContactPoint,
  line: NewLine,
): { row: LedgerRow; personalRow: PersonalRow } {
  const seq = contact.ledgerSeq + 1;
  const salt = randomBytes(16).toString('hex');
  const { act, ...fields } = withKnowledge(line.act, line.knowsSeq ?? seq - 1);
  // `undefined` is not JSON; a round trip shows the line exactly as the database will give it back.
  const detail: Record<string, unknown> = JSON.parse(JSON.stringify({ ...fields, ...line.detail }));
  const content: Record<string, unknown> = JSON.parse(JSON.stringify(line.personal));
  const hashOfPersonal = personalHash(ctx.keys.sha256, salt, content);
  const chained = {
    contactPointId: contact.id,
    seq,
    act,
    purposes: line.purposes as string[],
    source: line.source,
    actor: line.actor,
    detail,
    personalHash: hashOfPersonal,
  };
  const hash = lineHash(
    ctx.keys.sha256,
    { ...chained, at: new Date(line.at).toISOString(), receivedAt: new Date(line.receivedAt).toISOString() },
    contact.ledgerHead,
  );
  return {
    row: { ...chained, at: line.at, receivedAt: line.receivedAt, prevHash: contact.ledgerHead, hash },
    personalRow: { contactPointId: contact.id, seq, salt, content },
  };
}
