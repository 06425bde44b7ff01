import { canonicalJson } from '../core/evidence.ts';
import { KEYWORD_LIST_VERSION } from '../core/keywords.ts';
import { requestEvidence } from '../db/consent.ts';
import { factsOf, historyOf, linesOfChains } from '../db/ledger.ts';
import type { Context } from './context.ts';
import { fold } from './gate-contact.ts';
import { loadSettings } from './organisation.ts';
import { notFound } from './refusal.ts';
import { findTarget, type To } from './target.ts';

/**
 * Everything Assent can show about one customer's consent: every ledger line with its hashes, salts and personal parts, the
 * wording of each request, the state today. A stranger can recompute every hash (docs/evidence.md); the signature says that
 * this installation gave it out.
 */
export async function exportEvidence(ctx: Context, to: To) {
  const { db } = ctx.database;
  const { contact, phone } = await findTarget(db, to);
  if (contact === null) throw notFound('consent history');
  const settings = await loadSettings(db);
  const ids = [...new Set((await historyOf(db, contact.id)).map((row) => row.contactPointId)), contact.id];
  const unique = [...new Set(ids)];
  const lines = await linesOfChains(db, unique);
  const views = fold((await factsOf(db, [contact.id])).get(contact.id) ?? [], ctx.clock(), settings);
  const pack = {
    format: 'assent-consent-evidence/1',
    exportedAt: new Date(ctx.clock()).toISOString(),
    keywordListVersion: KEYWORD_LIST_VERSION,
    phone,
    userId: contact.userId,
    today: Object.values(views).map((view) => ({
      purpose: view.purpose,
      state: view.state,
      source: view.source,
      decidedAt: view.decidedAt === null ? null : new Date(view.decidedAt).toISOString(),
      decidedBy: view.decidedBy,
      onHold: view.onHold !== null,
      platformStopped: view.platformStopped,
    })),
    requests: [...(await requestEvidence(db, unique)).values()],
    chains: unique.map((contactPointId) => ({
      contactPointId,
      lines: lines
        .filter((line) => line.contactPointId === contactPointId)
        .map(({ salt, personal, at, receivedAt, ...line }) => ({
          ...line,
          at: new Date(at).toISOString(),
          receivedAt: new Date(receivedAt).toISOString(),
          personal: salt === null ? null : { salt, content: personal },
        })),
    })),
  };
  return { ...pack, signature: ctx.keys.sign(canonicalJson(JSON.parse(JSON.stringify(pack)))) };
}
