import { type Fact, factId } from './consent-fact.ts';
import {
  counts,
  crmYesCounts,
  type Decision,
  type Knows,
  knowledgeOf,
  newest,
  second,
  winningGrant,
} from './consent-order.ts';
import {
  answersThatCount,
  collectRequests,
  type Requests,
  type RequestView,
  settle,
  speaksOf,
} from './consent-requests.ts';
import { PURPOSES, type Purpose } from './purpose.ts';

export type { Act, Fact } from './consent-fact.ts';
export type { RequestView } from './consent-requests.ts';

/**
 * The fold: what a ledger says about one purpose of one contact point (product.md §3.2–§3.5).
 *
 * A ledger line stores what somebody did, free of context; context is applied here, by WhatsApp's clock, so that the
 * same lines in any order and any number of times give the same answer.
 */

export const CONSENT_STATES = ['not-asked', 'requested', 'granted', 'denied', 'expired'] as const;
export type ConsentState = (typeof CONSENT_STATES)[number];

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
  | 'renumbered'
  | 'written-in-app'
  | 'merged'
  | 'erased';

export interface ConsentView {
  purpose: Purpose;
  state: ConsentState;
  /** When the deciding act happened, ms; null where nothing was decided. */
  decidedAt: number | null;
  /** The deciding line, `chain/seq`. */
  decidedBy: string | null;
  /** The request that the deciding line answers, where it answers one. */
  decidedOn: string | null;
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
  /**
   * Records whose Yes was found at first sight while another record says No, by `table/id`: it opens nothing for the number, and
   * its own record all the same, as a No that was found spreads to no other (`viewOfRecord`). Empty where anything was decided.
   */
  foundYes: ReadonlyMap<string, { at: number; line: string }>;
  /** What was found at first sight, by record: its field holds that again once nothing is decided any more. Empty where something is. */
  found: ReadonlyMap<string, boolean>;
  verdicts: Map<string, Verdict>;
}

export interface FoldOptions {
  now: number;
  /** Days a request stays open (setting `requestOpenDays`). */
  requestOpenDays: number;
  /** For one of several people of a number, by their record `table/id`: what others agreed to opens nothing. A refusal is of all. */
  record?: string;
}

const DAY = 86_400_000;

/**
 * Folds the lines of one contact point (of all chains merged into it) for one purpose.
 * Total: any list of lines gives a view; lines of other purposes are passed over.
 */
export function foldConsent(facts: readonly Fact[], purpose: Purpose, options: FoldOptions): ConsentView {
  const knows = knowledgeOf(facts);
  const openMs = options.requestOpenDays * DAY;
  const all = collectRequests(facts);
  const { grants, refusals } = decisionsOf(facts, purpose, all, openMs, knows);
  const standing = standingRefusals(refusals, facts, knows);
  const customers = grants.filter((one) => one.byCustomer && counts(one, standing, knows));
  // A START of later does not count what was turned away while the stop word stood.
  const stoodAgainst = ({ at, knows: known }: Decision): Decision[] => {
    const later = (f: Fact): boolean =>
      f.act === 'start-word' && second(f.at) > second(at) && !knows(known, f);
    return standingRefusals(
      refusals,
      facts.filter((f) => !later(f)),
      knows,
    );
  };
  const counted = grants.filter((one) =>
    one.byCustomer ? customers.includes(one) : crmYesCounts(one, customers, stoodAgainst(one), knows),
  );
  const { record } = options;
  const theirs = record === undefined ? counted : counted.filter((one) => recordOf(one) === record);
  const grant = winningGrant(theirs, standing, knows);
  const refusal = newest(standing);

  const requests = [...all.values()].filter((request) => request.purpose === purpose).sort(byTime);
  settle(requests, [...customers, ...standing], knows);
  const open = requests.filter((r) => !r.failed && !r.settled && options.now < r.at + openMs).at(-1) ?? null;

  const view: ConsentView = {
    purpose,
    state: open === null ? 'not-asked' : 'requested',
    decidedAt: null,
    decidedBy: null,
    decidedOn: null,
    source: null,
    projects: false,
    refusedByCustomer:
      standing.some(isCustomers) && winningGrant(customers, standing.filter(isCustomers), knows) === null,
    openRequest: open,
    requests,
    onHold: holdInForce(facts, purpose, [...customers, ...standing.filter(isCustomers)], knows),
    platformStopped: purpose === 'marketing' && platformStopped(facts, knows),
    foundYes: new Map(),
    found: new Map(),
    verdicts: verdictsOf(facts, purpose, all, { grants, counted, refusals, knows }),
  };
  const found = (
    grant === null && refusal === null && purpose === 'service' ? foundAtFirstSight(facts) : []
  ).filter((one) => record === undefined || one.record === record);
  view.found = new Map(found.map(({ record, value }) => [record, value === true]));
  if (grant !== null) {
    const unproven = grant.fact.act === 'crm';
    decide(view, 'granted', grant, unproven ? 'crm-unproven' : grant.source, true);
    view.decidedOn = grant.request?.requestId ?? null;
  } else if (refusal !== null) {
    decide(view, 'denied', refusal, refusal.source, true);
    view.decidedOn = refusal.request?.requestId ?? null;
  } else if (found.some(({ value }) => value === false)) {
    const yes = found.filter((one) => one.value && expiryOf(facts, purpose, one.at) === null);
    view.foundYes = new Map(yes.map((one) => [one.record, { at: one.at, line: factId(one) }]));
  } else {
    const yes = newest(found.map((fact) => ({ fact, at: fact.at })));
    if (yes !== null) decide(view, 'granted', yes, 'crm-unproven', false);
  }
  if (view.state === 'granted' && view.decidedAt !== null) {
    const expiry = expiryOf(facts, purpose, view.decidedAt);
    if (expiry !== null) decide(view, 'expired', expiry, view.source, true);
  }
  return view;
}

/**
 * Whether a grant that was recorded earlier, knowing its chain up to `knowsSeq`, comes too late: written as this line, a refusal
 * or a hold would stand against it all the same.
 */
export function isOutrun(
  facts: readonly Fact[],
  line: Pick<Fact, 'chain' | 'seq' | 'at'> & { knowsSeq: number },
  purpose: Purpose,
  options: FoldOptions,
): boolean {
  const grant: Fact = { ...line, act: 'recorded', decision: 'granted', purposes: [purpose], holdSeq: null };
  const { state, onHold } = foldConsent([...facts, grant], purpose, options);
  return state === 'denied' || onHold !== null;
}

/** Grants that were decided before this count no more, where they expire after so many days. */
export const grantsCountFrom = (now: number, expiresAfterDays: number): number =>
  now - expiresAfterDays * DAY;

/**
 * The view as it counts at this moment: a grant that is past its days is `expired` although the line that says so is not
 * written yet. `expiresAfterDays` is the setting of the purpose, null for "never".
 */
export function asOf(view: ConsentView, now: number, expiresAfterDays: number | null): ConsentView {
  const { state, decidedAt, foundYes } = view;
  if (expiresAfterDays === null) return view;
  const from = grantsCountFrom(now, expiresAfterDays);
  if (foundYes.size > 0)
    return { ...view, foundYes: new Map([...foundYes].filter(([, found]) => found.at >= from)) };
  return state === 'granted' && decidedAt !== null && decidedAt < from ? { ...view, state: 'expired' } : view;
}

/**
 * The view as it holds for one record of the number, `table/id`, whose field has this value in the words of consent; undefined
 * where it has no field. A Yes found there opens it, whatever was found on other records (product.md §3.2).
 */
export function viewOfRecord(
  view: ConsentView,
  record: string,
  value: boolean | null | undefined,
): ConsentView {
  const found = value === true ? view.foundYes.get(record) : undefined;
  if (found === undefined) return view;
  const { at, line } = found;
  return { ...view, state: 'granted', decidedAt: at, decidedBy: line, source: 'crm-unproven' };
}

/**
 * What may be sent to a number that several people use, where none of them is named: which of them reads it is not known, so what
 * stands against one of them stands against all. `ofEach` are their views (`FoldOptions.record`).
 */
export function viewOfAll(view: ConsentView, ofEach: readonly ConsentView[]): ConsentView {
  return (
    ofEach.find(({ state }) => state === 'denied') ?? ofEach.find(({ state }) => state !== 'granted') ?? view
  );
}

/**
 * A Yes found at first sight opens as long as the field of a record with this number says so. Its number, its record or the
 * column may be another one by now. `values` are the fields of those records.
 */
export function viewWhileFound(
  view: ConsentView,
  values: readonly (boolean | null | undefined)[],
): ConsentView {
  if (view.state !== 'granted' || view.projects || values.includes(true)) return view;
  return { ...view, state: 'not-asked', decidedAt: null, decidedBy: null, decidedOn: null, source: null };
}

function decide(
  view: ConsentView,
  state: ConsentState,
  by: { fact: Fact; at: number },
  source: string | null,
  projects: boolean,
): void {
  view.state = state;
  view.decidedAt = by.at;
  view.decidedBy = factId(by.fact);
  view.source = source;
  view.projects = projects;
}

const isCustomers = (decision: Decision): boolean => decision.byCustomer;

/** Whose a grant is: who was asked, or whose field was set. */
const recordOf = ({ fact, request }: Decision): string | null =>
  fact.act === 'crm' ? fact.record : (request?.record ?? null);

const byTime = (a: RequestView, b: RequestView): number =>
  a.at - b.at || a.chain.localeCompare(b.chain) || a.seq - b.seq || a.requestId.localeCompare(b.requestId);

interface Decisions {
  grants: Decision[];
  refusals: Decision[];
}

/** Everything that may grant or refuse this purpose. What is not listed here cannot. */
function decisionsOf(
  facts: readonly Fact[],
  purpose: Purpose,
  all: Requests,
  openMs: number,
  knows: Knows,
): Decisions {
  const grants: Decision[] = [];
  const refusals: Decision[] = [];
  const put = (list: Decision[], fact: Fact, extra: Partial<Decision> = {}): void => {
    list.push({
      fact,
      at: fact.at,
      source: fact.act,
      request: null,
      knows: null,
      byCustomer: true,
      ...extra,
    });
  };
  const answer = (fact: Fact & { meaning: 'yes' | 'no' }, request: RequestView): void =>
    put(fact.meaning === 'yes' ? grants : refusals, fact, { request, knows: request });
  for (const fact of facts)
    switch (fact.act) {
      case 'button': {
        const request = all.get(fact.requestId);
        if (request?.purpose === purpose) answer(fact, request);
        break;
      }
      case 'stop-word':
      case 'refusal-phrase':
        if (fact.purposes.includes(purpose)) put(refusals, fact);
        break;
      case 'recorded': {
        if (!fact.purposes.includes(purpose)) break;
        const held = facts.find(
          (f) =>
            f.act === 'hold' &&
            f.purposes.includes(purpose) &&
            f.seq === fact.holdSeq &&
            f.chain === (fact.holdChain ?? fact.chain),
        );
        const knew = { chain: fact.chain, seq: fact.knowsSeq };
        if (fact.decision === 'granted') put(grants, fact, { knows: knew });
        else if (held === undefined) put(refusals, fact, { knows: knew });
        // What was held turned out a refusal: it is as old as the message, and a later act of the customer's stands. What
        // did not settle the hold, as another identity had said it, does not outlive the refusal either.
        else {
          const others = facts.filter((f) => knows(knew, f) && apart(facts, held, f, knows));
          put(refusals, fact, { at: held.at, overrules: new Set(others.map(factId)) });
        }
        break;
      }
      case 'signup':
        if (purpose === 'marketing') put(grants, fact);
        break;
      case 'crm': {
        // A Yes in the CRM opens `service` only (product.md §3.2); a value found at first sight is no act.
        if (fact.purpose !== purpose || fact.firstSight || fact.value === null) break;
        if (fact.value && purpose !== 'service') break;
        const knew = { chain: fact.chain, seq: fact.knowsSeq };
        put(fact.value ? grants : refusals, fact, { byCustomer: false, knows: knew });
        break;
      }
      case 'merged':
        if (fact.denied.includes(purpose)) put(refusals, fact);
        break;
      default:
        break;
    }
  const answers = answersThatCount(facts, all, purpose, openMs);
  const isBareNo = ({ fact, bound }: (typeof answers)[number]): boolean =>
    bound.by === 'label' && fact.meaning === 'no';
  for (const one of answers) if (!isBareNo(one)) answer(one.fact, one.bound.request);
  const agreed = grants.filter((one) => one.byCustomer && counts(one, refusals, knows));
  for (const one of answers.filter(isBareNo)) {
    const closed = agreed.some(
      (grant) =>
        !knows(one.bound.request, grant.fact) &&
        second(grant.at) >= second(one.bound.request.at) &&
        second(grant.at) < second(one.fact.at),
    );
    if (!closed) answer(one.fact, one.bound.request);
  }
  return { grants, refusals };
}

/**
 * START and UNSTOP undo the customer's own stop words of earlier seconds, and nothing else. A merge that stood for
 * nothing but such words goes with them.
 */
function standingRefusals(refusals: readonly Decision[], facts: readonly Fact[], knows: Knows): Decision[] {
  const starts = facts.filter((fact) => fact.act === 'start-word');
  const undoes = (start: Fact, stop: Decision): boolean => second(start.at) > second(stop.at);
  const undone = refusals.filter(
    (one) => one.fact.act === 'stop-word' && starts.some((start) => undoes(start, one)),
  );
  if (undone.length === 0) return [...refusals];
  const standing = refusals.filter((one) => !undone.includes(one));
  return standing.filter(({ fact: merge }) => {
    if (merge.act !== 'merged') return true;
    const stoodFor = (one: Decision): boolean => one.fact !== merge && knows(merge, one.fact);
    const fell = undone.some(
      (one) => stoodFor(one) && !starts.some((start) => undoes(start, one) && knows(merge, start)),
    );
    return !fell || standing.some(stoodFor);
  });
}

/** The newest expiry that takes in a grant of that moment. An erasure ends every one before it: nothing proves it any more. */
function expiryOf(
  facts: readonly Fact[],
  purpose: Purpose,
  grantedAt: number,
): { fact: Fact; at: number } | null {
  const tooOld = facts.filter(
    (f) =>
      (f.act === 'erased' && second(grantedAt) < second(f.at)) ||
      (f.act === 'expired' &&
        f.purposes.includes(purpose) &&
        second(grantedAt) + (f.days ?? 0) * (DAY / 1000) <= second(f.at)),
  );
  return newest(tooOld.map((fact) => ({ fact, at: fact.at })));
}

/** Both lines were there when two identities were merged, each in its own chain: then neither settles the other. */
function apart(facts: readonly Fact[], a: Fact, b: Fact, knows: Knows): boolean {
  return a.chain !== b.chain && facts.some((f) => f.act === 'merged' && knows(f, a) && knows(f, b));
}

/** A hold stands until it is released, settled by a person, or a later decision of the customer's settles it. */
function holdInForce(
  facts: readonly Fact[],
  purpose: Purpose,
  decisions: readonly Decision[],
  knows: Knows,
): ConsentView['onHold'] {
  const standing = facts.filter((hold) => {
    if (hold.act !== 'hold' || !hold.purposes.includes(purpose)) return false;
    const settled = facts.some(
      (f) =>
        (f.act === 'released' || (f.act === 'recorded' && f.purposes.includes(purpose))) &&
        f.holdSeq === hold.seq &&
        (f.holdChain ?? f.chain) === hold.chain,
    );
    const overtaken = (one: Decision): boolean =>
      (knows(one.knows, hold) || second(hold.at) < second(one.at)) && !apart(facts, hold, one.fact, knows);
    return !settled && !decisions.some(overtaken);
  });
  const latest = newest(standing.map((fact) => ({ fact, at: fact.at })));
  return latest === null ? null : { since: latest.at, seq: latest.fact.seq, chain: latest.fact.chain };
}

/** Meta's own stop: in force until a resume of a later second lifts it; on a tie the stop stands. */
function platformStopped(facts: readonly Fact[], knows: Knows): boolean {
  const said = facts.filter((f): f is Fact & { act: 'platform' } => f.act === 'platform');
  return said.some(
    (stop) =>
      stop.value === 'stop' &&
      !said.some(
        (f) => f.value === 'resume' && second(f.at) > second(stop.at) && !apart(facts, stop, f, knows),
      ),
  );
}

/**
 * What stood in the CRM before we looked, by record: a Yes opens, unproven. Only the newest line of each record speaks. Later
 * edits decide, so where nothing was decided there are none but those that emptied the field, and a Yes that was turned away.
 */
function foundAtFirstSight(facts: readonly Fact[]): (Fact & { act: 'crm' })[] {
  const seen = facts.filter(
    (f): f is Fact & { act: 'crm' } =>
      f.act === 'crm' && f.purpose === 'service' && (f.firstSight || f.value === null),
  );
  return [...new Set(seen.map((f) => f.record))].flatMap((record) => {
    const last = newest(seen.filter((f) => f.record === record).map((fact) => ({ fact, at: fact.at })));
    return last === null || last.fact.value === null ? [] : [last.fact];
  });
}

/**
 * What a line turned out to mean, and for which purposes, where it may speak of several: what it brought about before that it did
 * not count, and of what it names first. Null where it says nothing of any.
 */
export function meaningOf(
  views: Readonly<Record<Purpose, ConsentView>>,
  line: { chain: string; seq: number; purposes: readonly Purpose[] },
): { verdict: Verdict; purposes: Purpose[] } | null {
  const told = (purpose: Purpose): Verdict | undefined => views[purpose].verdicts.get(factId(line));
  const named = line.purposes.filter((purpose) => told(purpose) !== undefined);
  const of = named.length > 0 ? named : PURPOSES.filter((purpose) => told(purpose) !== undefined);
  const verdicts = of.map(told).filter((verdict) => verdict !== undefined);
  const verdict = verdicts.find((one) => one !== 'not-counted') ?? verdicts[0];
  if (verdict === undefined) return null;
  return { verdict, purposes: of.filter((purpose) => told(purpose) === verdict) };
}

/** What each line of this purpose turned out to mean. */
function verdictsOf(
  facts: readonly Fact[],
  purpose: Purpose,
  all: Requests,
  decided: Decisions & { counted: Decision[]; knows: Knows },
): Map<string, Verdict> {
  const verdicts = new Map<string, Verdict>();
  for (const one of decided.grants)
    verdicts.set(factId(one.fact), decided.counted.includes(one) ? 'granted' : 'not-counted');
  for (const one of decided.refusals) verdicts.set(factId(one.fact), 'denied');
  for (const fact of facts) {
    // A Yes of the CRM that stood against a refusal was set back (product.md §3.2); any other value is just what was seen.
    if (fact.act === 'crm' && verdicts.get(factId(fact)) === 'not-counted') continue;
    const verdict = plainVerdict(fact, purpose, all);
    if (verdict !== null) verdicts.set(factId(fact), verdict);
    else if (fact.act === 'start-word')
      verdicts.set(factId(fact), startVerdict(fact, facts, purpose, decided));
    else if (fact.act === 'answer' && !verdicts.has(factId(fact)) && speaksOf(fact, purpose, all))
      verdicts.set(factId(fact), 'not-counted');
  }
  return verdicts;
}

/** Lines that mean the same in every context. */
function plainVerdict(fact: Fact, purpose: Purpose, all: Requests): Verdict | null {
  switch (fact.act) {
    case 'requested':
      return fact.purpose === purpose ? 'requested' : null;
    case 'request-failed':
      return all.get(fact.requestId)?.purpose === purpose ? 'request-failed' : null;
    case 'linked':
    case 'renumbered':
    case 'written-in-app':
    case 'merged':
    case 'erased':
    case 'released':
      return fact.act;
    case 'expired':
      return fact.purposes.includes(purpose) ? 'expired' : null;
    case 'hold':
      return fact.purposes.includes(purpose) ? 'held' : null;
    case 'platform':
      return fact.value === 'stop' ? 'platform-stopped' : 'platform-resumed';
    case 'crm':
      return fact.purpose === purpose ? 'crm-observed' : null;
    default:
      return null;
  }
}

/** START shows as what it brought about: the grant it restored, a refusal taken back, or nothing. */
function startVerdict(
  start: Fact,
  facts: readonly Fact[],
  purpose: Purpose,
  { counted, refusals, knows }: Decisions & { counted: Decision[]; knows: Knows },
): Verdict {
  const undid = facts.some(
    (f) => f.act === 'stop-word' && f.purposes.includes(purpose) && second(f.at) < second(start.at),
  );
  if (!undid) return 'not-counted';
  const until = (one: Fact | Decision): boolean => second(one.at) <= second(start.at);
  const left = standingRefusals(refusals.filter(until), facts.filter(until), knows);
  return winningGrant(counted.filter(until), left, knows) === null ? 'released' : 'granted';
}
