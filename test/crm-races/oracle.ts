/**
 * What product.md §3.2 says of one number, written again from its words and from nothing else: it calls no code of ours and
 * knows no times, only what came after what. When an edit in the CRM is seen hangs on when it is read, so the oracle follows
 * every moment until the next rest at which it may have been, and answers all states that are right.
 */

/** What happened to one number, in the order in which it happened. */
export type Act =
  | { kind: 'ask'; request: string }
  /** A tap on a button of that request. */
  | { kind: 'answer'; request: string; yes: boolean }
  | { kind: 'stop' }
  | Edit;

/** The field of a record with the number was set. */
export interface Edit {
  kind: 'edit';
  record: string;
  value: boolean;
  /** At once: through Assent. Later: by a person in the CRM. Perhaps: something else came on top before it was read. */
  seen: 'at-once' | 'later' | 'perhaps';
}

export type Decision = 'none' | 'yes' | 'no';

export interface State {
  decision: Decision;
  /** The customer's newest act that counted. */
  newest: Decision;
  asked: readonly string[];
  /** Requests that a refusal, other than an answer to themselves, came after: a Yes to them counts no more. */
  closed: readonly string[];
}

export const UNTOUCHED: State = { decision: 'none', newest: 'none', asked: [], closed: [] };

interface Moment {
  state: State;
  /** Edits that nobody has read yet. */
  waiting: readonly Edit[];
  /** Something was decided since the last rest: an edit may be older than it, by the last read before it. */
  moved: boolean;
}

/** All states that may be right after these acts, once everything was read. */
export function follow(before: readonly State[], acts: readonly Act[]): State[] {
  let moments: Moment[] = before.map((state) => ({ state, waiting: [], moved: false }));
  for (const act of acts) moments = reading(moments.flatMap((moment) => happens(moment, act)));
  return distinct(moments.filter((moment) => moment.waiting.length === 0).map((moment) => moment.state));
}

/** Those moments, and all that come of reading some of what waits. */
function reading(moments: readonly Moment[]): Moment[] {
  const found = distinct(moments);
  const known = new Set(found.map(keyOf));
  for (let n = 0; n < found.length; n += 1) {
    const moment = found[n];
    if (moment === undefined) break;
    const firsts = moment.waiting.filter(
      (edit, at) => moment.waiting.findIndex((one) => one.record === edit.record) === at,
    );
    for (const edit of firsts) {
      const rest = { ...moment, waiting: moment.waiting.filter((one) => one !== edit) };
      const next = [...sees(rest, edit), ...(edit.seen === 'perhaps' ? [rest] : [])];
      for (const one of next) {
        const key = keyOf(one);
        if (known.has(key)) continue;
        known.add(key);
        found.push(one);
      }
    }
  }
  return found;
}

function happens(moment: Moment, act: Act): Moment[] {
  const { state } = moment;
  switch (act.kind) {
    case 'ask':
      return [{ ...moment, state: { ...state, asked: [...state.asked, act.request] } }];
    case 'stop':
      return [refuses(moment, null, true)];
    case 'answer':
      if (!act.yes) return [refuses(moment, act.request, true)];
      // A Yes counts unless a refusal came after its request was sent.
      if (state.closed.includes(act.request)) return [moment];
      return [{ ...moment, moved: true, state: { ...state, decision: 'yes', newest: 'yes' } }];
    case 'edit':
      if (act.seen !== 'at-once') return [{ ...moment, waiting: byRecord([...moment.waiting, act]) }];
      if (act.value && state.newest !== 'no' && state.decision !== 'yes')
        return [{ ...moment, moved: true, state: { ...state, decision: 'yes' } }];
      return act.value ? [moment] : sees(moment, act);
  }
}

/** A later change in the CRM, as it is read. What the ledger says already is no change. */
function sees(moment: Moment, edit: Edit): Moment[] {
  const { state } = moment;
  if (!edit.value) return [state.decision === 'no' ? moment : refuses(moment, null, false)];
  // To Yes: set back where the customer's newest act is a refusal.
  if (state.decision === 'yes' || state.newest === 'no') return [moment];
  const opened: Moment = { ...moment, moved: true, state: { ...state, decision: 'yes' } };
  // It is dated at the last read that showed the old value; a No that was seen since stands against it.
  return moment.moved ? [opened, moment] : [opened];
}

function refuses(moment: Moment, answered: string | null, byCustomer: boolean): Moment {
  const { state } = moment;
  const closed = [...new Set([...state.closed, ...state.asked.filter((one) => one !== answered)])].sort();
  const newest = byCustomer ? 'no' : state.newest;
  return { ...moment, moved: true, state: { ...state, decision: 'no', newest, closed } };
}

/** What waits at one record is read in its order, and that at different records in any: so moments that differ in that alone are one. */
const byRecord = (edits: readonly Edit[]): Edit[] =>
  [...edits].sort((a, b) => (a.record < b.record ? -1 : a.record > b.record ? 1 : 0));

const keyOf = (value: unknown): string => JSON.stringify(value);

function distinct<T>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [keyOf(one), one])).values()];
}
