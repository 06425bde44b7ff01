import type { Purpose } from './purpose.ts';

/**
 * The fold: what a ledger says about one purpose of one contact point (product.md §3.2–§3.5).
 *
 * A ledger line stores what somebody did, free of context; context is applied here, by WhatsApp's clock, so that the
 * same lines in any order and any number of times give the same answer. WhatsApp's clock has whole seconds, so times
 * are compared as whole seconds and a tie goes to the refusal. One thing is stronger than clocks: a question that was
 * asked in knowledge of a refusal comes after it (`knowsSeq`).
 */

interface FactBase {
  /** The contact point whose chain holds the line, and its number there: together the line's identity. */
  chain: string;
  seq: number;
  /** When it happened, ms, by WhatsApp's clock where WhatsApp told us. */
  at: number;
}

/** One ledger line, as far as the fold needs it. */
export type Fact = FactBase & Act;

export type Act =
  | {
      act: 'requested';
      purpose: Purpose;
      requestId: string;
      /** The last line of the chain that was known when the question was asked. */
      knowsSeq: number;
      /** A refusal was in force when it was asked: counts toward the limits after a refusal. */
      afterRefusal: boolean;
    }
  | { act: 'request-failed'; requestId: string }
  | { act: 'button'; requestId: string; meaning: 'yes' | 'no' }
  | { act: 'stop-word'; purposes: Purpose[] }
  | { act: 'start-word' }
  | {
      act: 'answer';
      meaning: 'yes' | 'no';
      /** The request it quotes, the request that was our last word before it, and a request whose full label it is. */
      quotes: string | null;
      follows: string | null;
      labelOf: string | null;
    }
  | { act: 'refusal-phrase'; purposes: Purpose[] }
  | { act: 'hold'; purposes: Purpose[] }
  | { act: 'released'; holdSeq: number; holdChain: string }
  | {
      act: 'recorded';
      decision: 'granted' | 'denied';
      purposes: Purpose[];
      knowsSeq: number;
      /** The hold this settles; then it is dated by the held message. */
      holdSeq: number | null;
      holdChain?: string;
    }
  | { act: 'platform'; value: 'stop' | 'resume' }
  | { act: 'signup' }
  | {
      act: 'crm';
      purpose: Purpose;
      /** What the field said in the words of consent: true allows, false forbids, null says nothing. */
      value: boolean | null;
      firstSight: boolean;
      record: string;
      knowsSeq: number;
    }
  | { act: 'expired'; purposes: Purpose[] }
  | { act: 'linked' }
  | { act: 'merged'; denied: Purpose[] }
  | { act: 'erased' };

export type ConsentState = 'not-asked' | 'requested' | 'granted' | 'denied' | 'expired';

/** What a line turned out to mean; the API's `type` of a history line. */
export type Verdict =
  | 'requested'
  | 'request-failed'
  | 'granted'
  | 'denied'
  | 'held'
  | 'released'
  | 'expired'
  | 'platform-stopped'
  | 'platform-resumed'
  | 'not-counted'
  | 'crm-observed'
  | 'linked'
  | 'merged'
  | 'erased';

export interface RequestView {
  requestId: string;
  at: number;
  failed: boolean;
  answered: boolean;
  afterRefusal: boolean;
  seq: number;
  chain: string;
}

export interface ConsentView {
  purpose: Purpose;
  state: ConsentState;
  /** When the deciding act happened, ms; null where nothing was decided. */
  decidedAt: number | null;
  /** The deciding line, `chain/seq`. */
  decidedBy: string | null;
  /** `button`, `stop-word`, `answer`, `refusal-phrase`, `recorded`, `crm`, `crm-unproven`, `signup`, `merged`. */
  source: string | null;
  /** The decision stands in the ledger, so it is written to every record; a value found at first sight is not. */
  projects: boolean;
  /** The customer's newest act is a refusal: a Yes in the CRM is set back. */
  refusedByCustomer: boolean;
  /** The newest request that still waits for its answer. */
  openRequest: RequestView | null;
  requests: RequestView[];
  onHold: { since: number; seq: number; chain: string } | null;
  platformStopped: boolean;
  verdicts: Map<string, Verdict>;
}

export interface FoldOptions {
  now: number;
  /** Days a request stays open (setting `requestOpenDays`). */
  requestOpenDays: number;
}

const DAY = 86_400_000;
/** An answer word without a quote counts this long after its request (product.md §3.3 rule 4). */
export const ANSWER_FOLLOWS_MS = DAY;

export const factId = (fact: FactBase): string => `${fact.chain}/${fact.seq}`;
const second = (at: number): number => Math.floor(at / 1000);

/** A refusal or a grant with everything needed to compare two of them. */
interface Decision {
  fact: Fact;
  at: number;
  source: string;
  request: RequestView | null;
  /** Knowledge it rests on: lines of `chain` up to `seq` came before it, whatever the clocks say. */
  knows: { chain: string; seq: number } | null;
  byCustomer: boolean;
}

/** True where `earlier` came before `later`: known to it, or an earlier second. A tie is not before. */
function before(earlier: { fact: Fact; at: number }, later: Decision): boolean {
  const known = later.knows;
  if (known !== null && known.chain === earlier.fact.chain && earlier.fact.seq <= known.seq) return true;
  return second(earlier.at) < second(later.at);
}

/** The newest of those grants that no refusal outlives, or null. */
function winningGrant(grants: readonly Decision[], refusals: readonly Decision[]): Decision | null {
  let best: Decision | null = null;
  for (const grant of grants) {
    if (!refusals.every((refusal) => before(refusal, grant))) continue;
    if (
      best === null ||
      grant.at > best.at ||
      (grant.at === best.at && factId(grant.fact) > factId(best.fact))
    )
      best = grant;
  }
  return best;
}

function newest<T extends { at: number; fact: Fact }>(decisions: readonly T[]): T | null {
  let best: T | null = null;
  for (const one of decisions)
    if (best === null || one.at > best.at || (one.at === best.at && factId(one.fact) > factId(best.fact)))
      best = one;
  return best;
}

/**
 * Folds the lines of one contact point (of all chains merged into it) for one purpose.
 * Total: any list of lines gives a view; lines of other purposes are passed over.
 */
export function foldConsent(lines: readonly Fact[], purpose: Purpose, options: FoldOptions): ConsentView {
  const facts = unique(lines);
  const verdicts = new Map<string, Verdict>();
  const requests = collectRequests(facts, purpose, verdicts);
  const refusals: Decision[] = [];
  const grants: Decision[] = [];
  const holds: { fact: Fact & { act: 'hold' }; at: number }[] = [];
  const openMs = options.requestOpenDays * DAY;

  for (const fact of facts) {
    const put = (list: Decision[], source: string, extra: Partial<Decision> = {}): void => {
      list.push({ fact, at: fact.at, source, request: null, knows: null, byCustomer: true, ...extra });
    };
    switch (fact.act) {
      case 'button': {
        const request = requests.get(fact.requestId);
        if (request === undefined) break;
        put(fact.meaning === 'yes' ? grants : refusals, 'button', bound(fact, request));
        break;
      }
      case 'answer': {
        const request = requestOfAnswer(fact, requests, facts, openMs);
        if (request !== null) put(fact.meaning === 'yes' ? grants : refusals, 'answer', bound(fact, request));
        else if (isMine(fact, requests)) verdicts.set(factId(fact), 'not-counted');
        break;
      }
      case 'stop-word':
      case 'refusal-phrase':
        if (fact.purposes.includes(purpose)) put(refusals, fact.act);
        break;
      case 'recorded': {
        if (!fact.purposes.includes(purpose)) break;
        const held =
          fact.holdSeq === null
            ? undefined
            : facts.find((f) => f.chain === fact.holdChain && f.seq === fact.holdSeq);
        if (fact.decision === 'denied') put(refusals, 'recorded', { at: held?.at ?? fact.at });
        else put(grants, 'recorded', { knows: { chain: fact.chain, seq: fact.knowsSeq } });
        break;
      }
      case 'signup':
        if (purpose === 'marketing') put(grants, 'signup');
        break;
      case 'crm':
        if (fact.purpose !== purpose || fact.firstSight || fact.value === null) break;
        put(fact.value ? grants : refusals, 'crm', {
          byCustomer: false,
          knows: { chain: fact.chain, seq: fact.knowsSeq },
        });
        break;
      case 'merged':
        if (fact.denied.includes(purpose)) put(refusals, 'merged');
        break;
      case 'hold':
        if (fact.purposes.includes(purpose)) holds.push({ fact, at: fact.at });
        break;
      default:
        break;
    }
  }

  const standing = withoutUndoneStops(refusals, facts);
  const counted = grants.filter((grant) => counts(grant, standing) && crmYesCounts(grant, grants, standing));
  const grant = winningGrant(counted, standing);
  const refusal = newest(standing);
  for (const one of grants) verdicts.set(factId(one.fact), counted.includes(one) ? 'granted' : 'not-counted');
  for (const one of refusals) verdicts.set(factId(one.fact), 'denied');
  for (const one of [...grants, ...refusals])
    if (one.fact.act === 'crm') verdicts.set(factId(one.fact), 'crm-observed');

  markAnswered(requests, [...counted, ...standing]);
  const all = [...requests.values()].sort((a, b) => a.at - b.at || a.seq - b.seq);
  const open = all.filter((r) => !r.failed && !r.answered && options.now < r.at + openMs).at(-1) ?? null;
  const expiry = newest(
    facts
      .filter((f) => f.act === 'expired' && f.purposes.includes(purpose))
      .map((fact) => ({ fact, at: fact.at })),
  );
  const view: ConsentView = {
    purpose,
    state: 'not-asked',
    decidedAt: null,
    decidedBy: null,
    source: null,
    projects: false,
    refusedByCustomer:
      winningGrant(counted.filter(isCustomers), standing.filter(isCustomers)) === null &&
      standing.some(isCustomers),
    openRequest: open,
    requests: all,
    onHold: holdInForce(holds, facts, [...counted, ...standing]),
    platformStopped: purpose === 'marketing' && platformStopped(facts),
    verdicts,
  };
  const decided = grant ?? refusal;
  if (decided !== null) {
    const expired = grant !== null && expiry !== null && second(grant.at) <= second(expiry.at);
    view.state = grant === null ? 'denied' : expired ? 'expired' : 'granted';
    view.decidedAt = expired && expiry !== null ? expiry.at : decided.at;
    view.decidedBy = factId(expired && expiry !== null ? expiry.fact : decided.fact);
    view.source = decided.source === 'crm' && grant !== null ? 'crm-unproven' : decided.source;
    view.projects = true;
  } else {
    const found = purpose === 'service' ? foundAtFirstSight(facts) : null;
    if (found !== null) {
      view.state = 'granted';
      view.decidedAt = found.at;
      view.decidedBy = factId(found);
      view.source = 'crm-unproven';
    } else if (open !== null) view.state = 'requested';
  }
  setPlainVerdicts(facts, purpose, view);
  return view;
}

const isCustomers = (decision: Decision): boolean => decision.byCustomer;

/** The same line twice is one line. */
function unique(lines: readonly Fact[]): Fact[] {
  const seen = new Map<string, Fact>();
  for (const line of lines) seen.set(factId(line), line);
  return [...seen.values()];
}

function collectRequests(
  facts: Fact[],
  purpose: Purpose,
  verdicts: Map<string, Verdict>,
): Map<string, RequestView> {
  const failed = new Set(facts.flatMap((f) => (f.act === 'request-failed' ? [f.requestId] : [])));
  const requests = new Map<string, RequestView>();
  for (const fact of facts) {
    if (fact.act !== 'requested' || fact.purpose !== purpose) continue;
    verdicts.set(factId(fact), 'requested');
    requests.set(fact.requestId, {
      requestId: fact.requestId,
      at: fact.at,
      failed: failed.has(fact.requestId),
      answered: false,
      afterRefusal: fact.afterRefusal,
      seq: fact.knowsSeq,
      chain: fact.chain,
    });
  }
  return requests;
}

/** An answer to a request follows it by nature, and rests on what was known when it was asked. */
function bound(fact: Fact, request: RequestView): Partial<Decision> {
  return { at: Math.max(fact.at, request.at), request, knows: { chain: request.chain, seq: request.seq } };
}

type Answer = Fact & { act: 'answer' };

const isMine = (fact: Answer, requests: Map<string, RequestView>): boolean =>
  [fact.quotes, fact.follows, fact.labelOf].some((id) => id !== null && requests.has(id));

/**
 * The request an answer word answers, or null where it is talk (rule 4): it quotes the request, or the request was our
 * last word and is under 24 h old, or it is the request's full label; each only while the request is open. A grant
 * needs a request that nobody answered before; a refusal may still follow a grant.
 */
function requestOfAnswer(
  fact: Answer,
  requests: Map<string, RequestView>,
  facts: Fact[],
  openMs: number,
): RequestView | null {
  const byQuote = fact.quotes === null ? undefined : requests.get(fact.quotes);
  const byPlace = fact.follows === null ? undefined : requests.get(fact.follows);
  const byLabel = fact.labelOf === null ? undefined : requests.get(fact.labelOf);
  const inTime = byPlace !== undefined && fact.at - byPlace.at < ANSWER_FOLLOWS_MS ? byPlace : undefined;
  const request = byQuote ?? inTime ?? byLabel;
  if (request === undefined || fact.at >= request.at + openMs) return null;
  if (fact.meaning === 'no') return request;
  const answeredBefore = facts.some(
    (other) =>
      second(Math.max(other.at, request.at)) < second(Math.max(fact.at, request.at)) &&
      ((other.act === 'button' && other.requestId === request.requestId) ||
        (other.act === 'answer' &&
          other.seq !== fact.seq &&
          [other.quotes, other.follows, other.labelOf].includes(request.requestId))),
  );
  return answeredBefore ? null : request;
}

/** START and UNSTOP undo the customer's own stop word, and nothing else. */
function withoutUndoneStops(refusals: Decision[], facts: Fact[]): Decision[] {
  const starts = facts.filter((f) => f.act === 'start-word');
  return refusals.filter(
    (r) => !(r.fact.act === 'stop-word' && starts.some((s) => second(s.at) > second(r.at))),
  );
}

/** A Yes bound to a request counts unless a refusal came between the question and the answer (rule 1). */
function counts(grant: Decision, refusals: Decision[]): boolean {
  const request = grant.request;
  if (request === null) return true;
  return !refusals.some(
    (refusal) =>
      refusal.request?.requestId !== request.requestId &&
      !(refusal.fact.chain === request.chain && refusal.fact.seq <= request.seq) &&
      second(refusal.at) >= second(request.at) &&
      second(refusal.at) <= second(grant.at),
  );
}

/** A Yes set in the CRM counts only where the customer's newest act is no refusal (product.md §3.2). */
function crmYesCounts(grant: Decision, grants: Decision[], refusals: Decision[]): boolean {
  if (grant.byCustomer) return true;
  const until = (one: Decision): boolean =>
    one.byCustomer && before({ fact: one.fact, at: one.at - 1000 }, grant);
  const customerRefusals = refusals.filter(until);
  if (customerRefusals.length === 0) return true;
  const customerGrants = grants.filter((one) => until(one) && counts(one, refusals));
  return winningGrant(customerGrants, customerRefusals) !== null;
}

function markAnswered(requests: Map<string, RequestView>, decisions: Decision[]): void {
  for (const decision of decisions) {
    const request = decision.request === null ? undefined : requests.get(decision.request.requestId);
    if (request !== undefined) request.answered = true;
  }
}

/** A hold stands until it is released, settled by a person, or a later decision of the customer's settles it. */
function holdInForce(
  holds: { fact: Fact & { act: 'hold' }; at: number }[],
  facts: Fact[],
  decisions: Decision[],
): ConsentView['onHold'] {
  const standing = holds.filter((hold) => {
    const settledBy = facts.some(
      (f) =>
        (f.act === 'released' || f.act === 'recorded') &&
        f.holdChain === hold.fact.chain &&
        f.holdSeq === hold.fact.seq,
    );
    return !settledBy && !decisions.some((one) => one.byCustomer && before(hold, one));
  });
  const latest = newest(standing);
  return latest === null ? null : { since: latest.at, seq: latest.fact.seq, chain: latest.fact.chain };
}

/** Meta's own stop: the newest of the customer's stops and resumes; on a tie the stop. */
function platformStopped(facts: Fact[]): boolean {
  let last: { at: number; stop: boolean } | null = null;
  for (const fact of facts) {
    if (fact.act !== 'platform') continue;
    const stop = fact.value === 'stop';
    if (last === null || second(fact.at) > second(last.at) || (second(fact.at) === second(last.at) && stop))
      last = { at: fact.at, stop };
  }
  return last?.stop ?? false;
}

/**
 * A Yes that stood in the CRM before we looked opens, unproven; beside a No on another record it does not.
 * Only the newest line of each record speaks.
 */
function foundAtFirstSight(facts: Fact[]): Fact | null {
  const latest = new Map<string, Fact & { act: 'crm' }>();
  for (const fact of facts) {
    if (fact.act !== 'crm' || fact.purpose !== 'service') continue;
    const known = latest.get(fact.record);
    if (known === undefined || fact.at > known.at || (fact.at === known.at && fact.seq > known.seq))
      latest.set(fact.record, fact);
  }
  const found = [...latest.values()].filter((f) => f.firstSight && f.value !== null);
  if (found.some((f) => f.value === false)) return null;
  return newest(found.map((fact) => ({ fact, at: fact.at })))?.fact ?? null;
}

/** Verdicts of lines that mean the same in every context. */
function setPlainVerdicts(facts: Fact[], purpose: Purpose, view: ConsentView): void {
  for (const fact of facts) {
    const id = factId(fact);
    switch (fact.act) {
      case 'request-failed':
      case 'linked':
      case 'merged':
      case 'erased':
      case 'released':
        view.verdicts.set(id, fact.act);
        break;
      case 'expired':
        if (fact.purposes.includes(purpose)) view.verdicts.set(id, 'expired');
        break;
      case 'hold':
        if (fact.purposes.includes(purpose)) view.verdicts.set(id, 'held');
        break;
      case 'platform':
        view.verdicts.set(id, fact.value === 'stop' ? 'platform-stopped' : 'platform-resumed');
        break;
      case 'crm':
        if (fact.purpose === purpose) view.verdicts.set(id, 'crm-observed');
        break;
      case 'start-word':
        view.verdicts.set(id, startVerdict(fact, facts, purpose, view));
        break;
      default:
        break;
    }
  }
}

/** START shows as what it brought about: the decision it restored, a refusal taken back, or nothing. */
function startVerdict(start: Fact, facts: Fact[], purpose: Purpose, view: ConsentView): Verdict {
  const undid = facts.some(
    (f) => f.act === 'stop-word' && f.purposes.includes(purpose) && second(f.at) < second(start.at),
  );
  if (!undid) return 'not-counted';
  return view.state === 'granted' ? 'granted' : 'released';
}
