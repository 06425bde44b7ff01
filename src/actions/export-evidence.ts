import { type ConsentView, viewOfAll, viewWhileFound } from '../core/consent.ts';
import { canonicalJson } from '../core/evidence.ts';
import { KEYWORD_LIST_VERSION } from '../core/keywords.ts';
import { PURPOSES } from '../core/purpose.ts';
import type { Settings } from '../core/settings.ts';
import { requestEvidence } from '../db/consent.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { factsOf, headsOf, historyOf, linesOfChains, readAsOfOneMoment } from '../db/ledger.ts';
import type { Context } from './context.ts';
import { fold, loadTarget } from './gate-contact.ts';
import { loadRecordTypes, loadSettings } from './organisation.ts';
import { notFound } from './refusal.ts';
import { findTarget, type To } from './target.ts';
import { inTransaction } from './transaction.ts';

/**
 * Everything Assent can show about one customer's consent: every ledger line with its hashes, salts and personal parts, the
 * wording of each request, the state today. A stranger can recompute every hash (docs/evidence.md); the signature says that
 * this installation gave it out.
 */
export async function exportEvidence(ctx: Context, to: To) {
  const { db } = ctx.database;
  const { contact, phone } = await findTarget(db, ctx, to);
  if (contact === null) throw notFound('consent history');
  return inTransaction(ctx, async (tx) => {
    await readAsOfOneMoment(tx);
    const pack = await packOf(tx, ctx, contact, phone);
    return { ...pack, signature: signatureOf(ctx, pack) };
  });
}

async function packOf(tx: Tx, ctx: Context, contact: ContactPoint, phone: string | null) {
  const settings = await loadSettings(tx);
  const history = await historyOf(tx, contact.id);
  const unique = [...new Set([...history.map((row) => row.contactPointId), contact.id])];
  const heads = await headsOf(tx, unique);
  const lines = await linesOfChains(tx, unique);
  return {
    format: 'assent-consent-evidence/2',
    exportedAt: new Date(ctx.clock()).toISOString(),
    keywordListVersion: KEYWORD_LIST_VERSION,
    phone,
    userId: contact.userId,
    ...(await statesToday(tx, ctx, contact, phone, settings)),
    requests: [...(await requestEvidence(tx, unique)).values()],
    chains: unique.map((contactPointId) => ({
      contactPointId,
      /** The last line, as the contact point's row says it: a cut tail shows. */
      head: heads.get(contactPointId) ?? { seq: 0, hash: null },
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
}

/** As a send would find it: where several people use the number, by record, and of the number what holds for all of them. */
async function statesToday(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  phone: string | null,
  settings: Settings,
) {
  const now = ctx.clock();
  const recordTypes = await loadRecordTypes(tx);
  const { views, records, fields } = await loadTarget(tx, { contact, phone }, now, settings, recordTypes);
  if (!contact.shared) return { today: Object.values(views).map(stateOf) };
  const facts = (await factsOf(tx, [contact.id])).get(contact.id) ?? [];
  const ofEach = records
    .filter(({ messaging }) => messaging)
    .map(({ recordType, recordId }) => {
      const key = `${recordType}/${recordId}`;
      const own = fold(facts, now, settings, key);
      const service = viewWhileFound(own.service, [fields.get(key)]);
      return { recordType, recordId, views: { ...own, service } };
    });
  const today = PURPOSES.map((purpose) =>
    viewOfAll(
      views[purpose],
      ofEach.map((one) => one.views[purpose]),
    ),
  );
  return {
    today: today.map(stateOf),
    todayByRecord: ofEach.map(({ views: own, ...record }) => ({
      ...record,
      states: Object.values(own).map(stateOf),
    })),
  };
}

const stateOf = (view: ConsentView) => ({
  purpose: view.purpose,
  state: view.state,
  source: view.source,
  decidedAt: view.decidedAt === null ? null : new Date(view.decidedAt).toISOString(),
  decidedBy: view.decidedBy,
  onHold: view.onHold !== null,
  platformStopped: view.platformStopped,
});

const signatureOf = (ctx: Pick<Context, 'keys'>, pack: unknown): string =>
  ctx.keys.sign(canonicalJson(JSON.parse(JSON.stringify(pack))));

/** Whether this installation gave out this file as it is; a file changed anywhere was not. */
export function signedHere(ctx: Pick<Context, 'keys'>, file: unknown): boolean {
  if (typeof file !== 'object' || file === null || !('signature' in file)) return false;
  const { signature, ...pack } = file;
  return signature === signatureOf(ctx, pack);
}
