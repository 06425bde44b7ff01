import { type Fact, factId } from './consent-fact.ts';

/**
 * Which of two acts came first. WhatsApp's clock has whole seconds, so times are compared as whole seconds and a tie
 * goes to the refusal. Knowledge is stronger than clocks: who asked, recorded or edited with a line already in the
 * ledger came after it, and an answer comes after its request.
 */

/** Lines of `chain` up to `seq` stood in the ledger. */
export interface Knowledge {
  chain: string;
  seq: number;
}

/** A refusal or a grant with everything needed to compare two of them. */
export interface Decision {
  fact: Fact;
  /** When the act happened, ms; a hold that turned out a refusal is dated by the held message. */
  at: number;
  source: string;
  /** The request it answers. */
  request: { requestId: string; at: number; chain: string; seq: number; record?: string } | null;
  knows: Knowledge | null;
  /** The customer's own act, or one recorded as such; not a field edited in the CRM. */
  byCustomer: boolean;
  /**
   * Lines by `chain/seq` that it stands against whatever the clocks say: what another identity had said when a person, or
   * time, decided that a message on hold is a refusal.
   */
  overrules?: ReadonlySet<string>;
}

export type Knows = (from: Knowledge | null, line: Pick<Fact, 'chain' | 'seq'>) => boolean;

/** A moment in whole seconds, as WhatsApp tells it; ms in, s out. */
export const second = (at: number): number => Math.floor(at / 1000);

/** Who knew a chain after a merge knew the other chain as well, up to where it stood when they were merged. */
export function knowledgeOf(facts: readonly Fact[]): Knows {
  const merges = facts.flatMap((f) =>
    f.act === 'merged' && f.otherChain !== undefined && f.otherSeq !== undefined
      ? [{ chain: f.chain, seq: f.seq, other: { chain: f.otherChain, seq: f.otherSeq } }]
      : [],
  );
  const reached = new Map<string, Map<string, number>>();
  const reach = (from: Knowledge): Map<string, number> => {
    const known = reached.get(factId(from)) ?? new Map<string, number>();
    if (known.size > 0) return known;
    reached.set(factId(from), known);
    const open: Knowledge[] = [from];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { chain, seq } = next;
      if (known.has(chain) && (known.get(chain) ?? 0) >= seq) continue;
      known.set(chain, seq);
      for (const merge of merges) if (merge.chain === chain && merge.seq <= seq) open.push(merge.other);
    }
    return known;
  };
  return (from, line) => {
    if (from === null) return false;
    if (from.chain === line.chain && line.seq <= from.seq) return true;
    if (merges.length === 0) return false;
    const upTo = reach(from).get(line.chain);
    return upTo !== undefined && line.seq <= upTo;
  };
}

/** Whether a grant outlives a refusal. The refusal came before it: known to it, or an earlier second. */
export function outlives(grant: Decision, refusal: Decision, knows: Knows): boolean {
  if (knows(refusal.knows, grant.fact) || refusal.overrules?.has(factId(grant.fact))) return false;
  if (knows(grant.knows, refusal.fact)) return true;
  // A merge takes the second of the message that showed it: what that message itself says is newer.
  const sameMessage =
    refusal.fact.act === 'merged' &&
    refusal.fact.chain === grant.fact.chain &&
    refusal.fact.seq < grant.fact.seq &&
    second(refusal.at) === second(grant.at);
  return sameMessage || second(refusal.at) < second(grant.at);
}

/** The newest of those grants that every refusal came before, or null. */
export function winningGrant(
  grants: readonly Decision[],
  refusals: readonly Decision[],
  knows: Knows,
): Decision | null {
  return newest(grants.filter((grant) => refusals.every((refusal) => outlives(grant, refusal, knows))));
}

/**
 * The last to happen. Of two at one moment the choice hangs on what they say, not on which arrived first, so that
 * another order of arrival names the same one.
 */
export function newest<T extends { at: number; fact: Fact }>(all: readonly T[]): T | null {
  let best: T | null = null;
  for (const one of all) if (best === null || compare(best, one) < 0) best = one;
  return best;
}

function compare(a: { at: number; fact: Fact }, b: { at: number; fact: Fact }): number {
  return (
    a.at - b.at ||
    order(saying(a.fact), saying(b.fact)) ||
    order(a.fact.chain, b.fact.chain) ||
    a.fact.seq - b.fact.seq
  );
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function saying({ chain: _chain, seq: _seq, at: _at, ...act }: Fact): string {
  return JSON.stringify(Object.entries(act).sort(([a], [b]) => order(a, b)));
}

/**
 * A Yes bound to a request counts unless a refusal came after the request was sent (product.md §3.3 rule 1). Changing
 * one's mind on the same request is fine. Where our clock runs ahead of WhatsApp's, the request is at latest as old as
 * its answer. A merge is no act of the customer's: the refusals it stands for are judged themselves.
 */
export function counts(grant: Decision, refusals: readonly Decision[], knows: Knows): boolean {
  const { request } = grant;
  if (request === null) return true;
  const askedAt = second(Math.min(request.at, grant.at));
  return !refusals.some((refusal) => {
    if (refusal.request?.requestId === request.requestId || refusal.fact.act === 'merged') return false;
    if (knows(request, refusal.fact) || knows(refusal.knows, grant.fact)) return false;
    const after =
      second(refusal.at) >= askedAt ||
      (refusal.request !== null && second(refusal.request.at) >= second(request.at));
    return after && second(refusal.at) <= second(grant.at);
  });
}

/** A Yes set in the CRM counts only where the customer's newest act until then is no refusal (product.md §3.2). */
export function crmYesCounts(
  yes: Decision,
  grants: readonly Decision[],
  refusals: readonly Decision[],
  knows: Knows,
): boolean {
  const until = (one: Decision): boolean =>
    one.byCustomer && (knows(yes.knows, one.fact) || second(one.at) <= second(yes.at));
  const refused = refusals.filter(until);
  return refused.length === 0 || winningGrant(grants.filter(until), refused, knows) !== null;
}
