import { randomBytes } from 'node:crypto';
import { type Act, asOf, type ConsentView, type Fact } from '../core/consent.ts';
import { lineHash, personalHash } from '../core/evidence.ts';
import { PURPOSES, type Purpose } from '../core/purpose.ts';
import type { RecordType } from '../core/record-type.ts';
import { expiresAfterDays, type Settings } from '../core/settings.ts';
import { saveStates } from '../db/consent.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { appendLines, factsOf, type LedgerRow, type PersonalRow } from '../db/ledger.ts';
import { withQueued } from '../db/outbox.ts';
import { recordsOfContactPoints } from '../db/records.ts';
import { isUuid } from '../db/rows.ts';
import { announceConsent } from './announce-consent.ts';
import type { Context } from './context.ts';
import { fold, type Views, type ViewsOf, viewsByRecord } from './gate-contact.ts';
import { type NotedLine, noteConsent } from './note-timeline.ts';
import { decisionOf, projectDecision } from './project-decision.ts';
import { type Judging, loadJudging, neverAsked, rejudgeQueued } from './rejudge-queued.ts';

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
  /** The person behind `actor`, for the timeline of a CRM; no part of the line. */
  actorId?: string | null;
}

export interface Recorded {
  before: Views;
  after: Views;
  /** What `after` is to each record. */
  afterOf: ViewsOf;
  /** The numbers of the new lines in the contact point's chain. */
  seqs: number[];
}

export interface Rules {
  settings: Settings;
  recordTypes: Map<string, RecordType>;
  /** What queued messages are judged by, where the caller has read it for several contact points. */
  judging?: Judging;
}

/** What is new of one contact point. */
export interface NewFacts {
  contact: ContactPoint;
  lines: readonly NewLine[];
  /** What others were told last, where that is not what the lines before these say: before a merge. */
  told?: Views | undefined;
}

/**
 * Writes the lines, folds, stores the state, and does what follows of it (fields of records, queued messages, events,
 * the timeline). The contact point is locked. `told`: as in `NewFacts`.
 */
export async function recordFacts(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  lines: readonly NewLine[],
  rules: Rules,
  told?: Views,
): Promise<Recorded> {
  const recorded = (await recordFactsOf(tx, ctx, [{ contact, lines, told }], rules)).get(contact.id);
  if (recorded === undefined) throw new Error('facts were recorded and are not there');
  return recorded;
}

/** The same for several contact points, each named once, in a handful of statements. Answers by their ids. */
export function recordFactsOf(
  tx: Tx,
  ctx: Context,
  entries: readonly NewFacts[],
  rules: Rules,
): Promise<Map<string, Recorded>> {
  const attributes = {
    'assent.contact_point_ids': entries.map(({ contact }) => contact.id).join(' '),
    'assent.acts': entries.flatMap(({ lines }) => lines.map(({ act }) => act.act)).join(' '),
  };
  return ctx.tracer.span('decide', { attributes }, () => recordAll(tx, ctx, entries, rules));
}

async function recordAll(
  tx: Tx,
  ctx: Context,
  entries: readonly NewFacts[],
  rules: Rules,
): Promise<Map<string, Recorded>> {
  const now = ctx.clock();
  const ids = entries.map(({ contact }) => contact.id);
  const known = await factsOf(tx, ids);
  const rows: LedgerRow[] = [];
  const personal: PersonalRow[] = [];
  const all: Written[] = [];
  for (const { contact, lines, told } of entries) {
    const old = known.get(contact.id) ?? [];
    const facts: Fact[] = [];
    const noted: NotedLine[] = [];
    const write = (line: NewLine): void => {
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
      noted.push(notedLine(line, row.seq));
    };
    lines.forEach(write);
    const saying = (said: readonly Fact[]): [Views, ViewsOf] => {
      const views = fold(said, now, rules.settings);
      return [views, viewsByRecord(contact, views, said, now, rules.settings)];
    };
    const [before, beforeOf] = saying(old);
    let [after, afterOf] = saying([...old, ...facts]);
    // Grants that are past their days, which one that START brought back may be.
    const lapsed = await lapsedPurposes(tx, contact, after, afterOf, now, rules.settings);
    if (lapsed.length > 0) {
      for (const purpose of lapsed) write(expiryLine(purpose, now, rules.settings));
      [after, afterOf] = saying([...old, ...facts]);
    }
    const seqs = noted.map(({ seq }) => seq);
    all.push({ contact, told: told ?? before, beforeOf, noted, recorded: { before, after, afterOf, seqs } });
  }
  await appendLines(tx, rows, personal);
  await saveStates(
    tx,
    all.map(({ contact, recorded }) => ({ contactPointId: contact.id, views: recorded.after })),
  );
  for (const { contact, told, beforeOf, noted, recorded } of all) {
    const { before, after, afterOf } = recorded;
    const turned = PURPOSES.some((purpose) => decisionOf(before, purpose) !== decisionOf(after, purpose));
    // What one of several people decided need not be what the number says.
    if (contact.shared || turned)
      await projectDecision(tx, ctx, contact, beforeOf, afterOf, rules.recordTypes);
    await announceConsent(tx, ctx, contact, told, after);
    await noteConsent(tx, ctx, contact, noted, after, rules.settings.timelineConsent);
  }
  const queued = await withQueued(tx, ids);
  const judged = queued.size === 0 ? rules : { ...rules, judging: rules.judging ?? (await loadJudging(tx)) };
  for (const { contact, recorded } of all) {
    if (!queued.has(contact.id)) continue;
    const failed = neverAsked(await rejudgeQueued(tx, ctx, contact, judged), now);
    if (failed.length === 0) continue;
    const { after, afterOf } = await recordFacts(tx, ctx, contact, failed, judged);
    Object.assign(recorded, { after, afterOf });
  }
  return new Map(all.map(({ contact, recorded }) => [contact.id, recorded]));
}

/** What was written of one contact point, and what has to follow. */
interface Written {
  contact: ContactPoint;
  /** What others were told last. */
  told: Views;
  beforeOf: ViewsOf;
  noted: NotedLine[];
  recorded: Recorded;
}

const notedLine = (line: NewLine, seq: number): NotedLine => ({
  seq,
  act: line.act.act,
  purposes: line.purposes,
  requestId: 'requestId' in line.act ? line.act.requestId : null,
  actorId: line.actorId != null && isUuid(line.actorId) ? line.actorId : null,
});

/** Of which purposes a grant counts no more (`asOf`) and the line that says so is not written. Of several people each has their own. */
async function lapsedPurposes(
  tx: Tx,
  contact: ContactPoint,
  views: Views,
  viewsOf: ViewsOf,
  now: number,
  settings: Settings,
): Promise<Purpose[]> {
  const days = (purpose: Purpose): number | null => expiresAfterDays(settings, purpose);
  const expiring = PURPOSES.filter((purpose) => days(purpose) !== null);
  if (expiring.length === 0) return [];
  const records = contact.shared ? await recordsOfContactPoints(tx, [contact.id]) : [];
  const each = records
    .filter((record) => record.messaging)
    .map((record) => viewsOf(`${record.recordType}/${record.recordId}`));
  const hasLapsed = (view: ConsentView): boolean =>
    view.state === 'granted' && asOf(view, now, days(view.purpose)).state === 'expired';
  return expiring.filter((purpose) => [views, ...each].some((one) => hasLapsed(one[purpose])));
}

/** The line that says that grants are past the days of the setting. */
function expiryLine(purpose: Purpose, now: number, settings: Settings): NewLine {
  return {
    act: { act: 'expired', purposes: [purpose], days: expiresAfterDays(settings, purpose) ?? 0 },
    purposes: [purpose],
    at: now,
    receivedAt: now,
    source: 'expiry',
    actor: null,
    detail: {},
    personal: {},
  };
}

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
