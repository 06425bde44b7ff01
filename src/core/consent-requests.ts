import type { Fact } from './consent-fact.ts';
import { type Decision, type Knows, second } from './consent-order.ts';
import type { Purpose } from './purpose.ts';

/** Consent requests as the fold sees them, and which of them an answer in words answers. */

export interface RequestView {
  requestId: string;
  at: number;
  failed: boolean;
  /** A button or a word that counted answered this very request. */
  answered: boolean;
  /** Answered, or overtaken by another decision since it was asked: it waits no more. */
  settled: boolean;
  afterRefusal: boolean;
  /** The last line of `chain` that was known when it was asked. */
  seq: number;
  chain: string;
  /** Who was asked, `table/id`. */
  record?: string;
}

/** Every request of every purpose, by id: an answer to one purpose's request is no answer to another's. */
export type Requests = Map<string, RequestView & { purpose: Purpose }>;

/** The requests that a ledger holds, none of them answered or settled yet: that is for the fold to find. */
export function collectRequests(facts: readonly Fact[]): Requests {
  const failed = new Set(facts.flatMap((f) => (f.act === 'request-failed' ? [f.requestId] : [])));
  const requests: Requests = new Map();
  for (const fact of facts)
    if (fact.act === 'requested')
      requests.set(fact.requestId, {
        requestId: fact.requestId,
        purpose: fact.purpose,
        at: fact.at,
        failed: failed.has(fact.requestId),
        answered: false,
        settled: false,
        afterRefusal: fact.afterRefusal,
        seq: fact.knowsSeq,
        chain: fact.chain,
        ...(fact.record === undefined ? {} : { record: fact.record }),
      });
  return requests;
}

const DAY = 86_400_000;
/** An answer word without a quote counts this long after its request (product.md §3.3 rule 4). */
export const ANSWER_FOLLOWS_MS = DAY;

/** How far our clock may run ahead of WhatsApp's before a no in words is lost by it. */
export const CLOCK_AHEAD_MS = 15 * 60_000;

/**
 * Whether words were written after we asked, as far as clocks tell: WhatsApp dates the words, we the question. Where our clock is
 * ahead, a quick answer seems older than its question. A no is given that much: who said no to something else shortly before may
 * be asked again, and a refusal that is lost is written to. A yes is not.
 */
export const writtenSince = (answer: { at: number; meaning: 'yes' | 'no' }, askedAt: number): boolean =>
  second(answer.at + (answer.meaning === 'no' ? CLOCK_AHEAD_MS : 0)) >= second(askedAt);

/** How far the clocks of our own nodes may differ. */
const NODES_APART_MS = 5_000;

/** By this moment whatever its writer had seen had left, by our own clocks: what left later asked nothing of them. */
export const seenBy = (receivedAt: number): number => receivedAt + NODES_APART_MS;

/** When a message was written, ms, or at the earliest, and WhatsApp's id of what it quoted. */
export interface Spoken {
  at: number;
  replyTo: string | null;
  /** It was written so much later at most, ms; absent where `at` is known. */
  withinMs?: number;
}

/**
 * For so long WhatsApp lets a message be edited.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/edit
 */
const EDITABLE_MS = 15 * 60_000;

/**
 * What is corrected before it has reached us was written in the minutes before its correction. A correction never agrees, so that
 * nothing but a refusal rests on this guess.
 */
export const unseen = (correctedAt: number): Spoken => ({
  at: correctedAt - EDITABLE_MS,
  replyTo: null,
  withinMs: EDITABLE_MS,
});

/**
 * The request that a message spoke to, which its correction speaks to as well, as if it quoted it: whatever we wrote since, and
 * though the hours for an answer are over by then. `last` is our message that stood last before it.
 */
export function spokenTo(
  message: Spoken | null,
  last: string | undefined,
  requests: readonly { id: string; messageId: string; whatsappId: string | null; at: number }[],
): string | null {
  if (message === null) return null;
  const { at, replyTo } = message;
  const meant = requests.find((row) =>
    replyTo === null ? row.messageId === last && at - row.at < ANSWER_FOLLOWS_MS : row.whatsappId === replyTo,
  );
  return meant?.id ?? null;
}

export type Answer = Fact & { act: 'answer' };

export interface Bound {
  request: RequestView & { purpose: Purpose };
  /** It quotes the request, it stands right after it, or it is its full label and nothing else binds it. */
  by: 'quote' | 'place' | 'label';
}

/**
 * Whether this line from the WhatsApp Business app, of which we learn late, stands between a yes and the question that it
 * seemed to follow: the yes may answer what was written there.
 */
export const standsBetween = (at: number, answer: Answer, request: Pick<RequestView, 'at'>): boolean =>
  answer.meaning === 'yes' && second(request.at) < second(at) && second(at) <= second(answer.at);

/** Whether any yes among these lines follows its request no more, once it is known what was written in the app then. */
export function overtakesYes(facts: readonly Fact[], at: number): boolean {
  const requests = collectRequests(facts);
  return facts.some((fact) => {
    if (fact.act !== 'answer') return false;
    const request = requests.get(fact.follows ?? '');
    return request !== undefined && standsBetween(at, fact, request);
  });
}

/** Requests an answer names, in the order in which they are tried. */
const named = (answer: Answer): string[] =>
  [answer.quotes, answer.follows, answer.labelOf, ...(answer.alsoLabelOf ?? [])].filter((id) => id !== null);

/**
 * The requests that an answer in words speaks to, none where it is talk (rule 4). A quote binds to what it quotes and
 * nothing else. Otherwise the request that was our last word, under 24 hours old, or else one whose full label it is.
 * Each only in the days that a request stays open, and not before it was asked (`writtenSince`).
 *
 * A request that failed asked nothing and takes no yes. But whoever says no to it has seen it all the same, so a no
 * refuses what it would without the failure, and what it does with it: a status that comes later takes no refusal back.
 * Nor does what was written in the app in between, which takes the place of the question for a yes.
 */
function boundTo(
  answer: Answer,
  requests: Requests,
  openMs: number,
  isAnswered: (request: RequestView) => boolean,
  inApp: readonly number[],
): Bound[] {
  const inTime = (id: string | null): Bound['request'] | null => {
    const request = id === null ? undefined : requests.get(id);
    return request !== undefined && answer.at < request.at + openMs ? request : null;
  };
  if (answer.quotes !== null) {
    const request = inTime(answer.quotes);
    return request === null ? [] : [{ request, by: 'quote' }];
  }
  const boundAmong = (isAsked: (request: RequestView) => boolean): Bound | null => {
    const asked = (request: Bound['request'] | null): request is Bound['request'] =>
      request !== null && isAsked(request) && writtenSince(answer, request.at);
    const place = inTime(answer.follows);
    const isLastWord =
      asked(place) &&
      answer.at - place.at < ANSWER_FOLLOWS_MS &&
      !inApp.some((at) => standsBetween(at, answer, place));
    if (isLastWord) return { request: place, by: 'place' };
    const labelled = [answer.labelOf, ...(answer.alsoLabelOf ?? [])].map(inTime).filter(asked);
    const request = labelled.find((one) => !isAnswered(one)) ?? labelled[0];
    return request === undefined ? null : { request, by: 'label' };
  };
  const arrived = boundAmong(({ failed }) => !failed);
  const any = answer.meaning === 'no' ? boundAmong(() => true) : null;
  return [arrived, any?.request === arrived?.request ? null : any].filter((bound) => bound !== null);
}

/** An answer that speaks of a request of this purpose, whether it counts or not. */
export function speaksOf(answer: Answer, purpose: Purpose, requests: Requests): boolean {
  const ids = answer.quotes === null ? named(answer) : [answer.quotes];
  return ids.some((id) => requests.get(id)?.purpose === purpose);
}

/**
 * Which answers in words count, and for which request of this purpose. A Yes needs a request that nothing answered
 * before; a No may change one's mind where it quotes the request or stands right after it. A bare label counts only
 * while the request is open: "No, thank you" is what people say to other questions as well. What closes a request
 * otherwise, a refusal or another grant, is judged by the caller.
 */
export function answersThatCount(
  facts: readonly Fact[],
  requests: Requests,
  purpose: Purpose,
  openMs: number,
): { fact: Answer; bound: Bound }[] {
  const counted: { fact: Answer; bound: Bound }[] = [];
  /** The first second at which a button or a word answered each request. */
  const answeredAt = new Map<string, number>();
  const answer = (requestId: string, at: number): void => {
    answeredAt.set(requestId, Math.min(answeredAt.get(requestId) ?? Number.POSITIVE_INFINITY, second(at)));
  };
  for (const fact of facts) if (fact.act === 'button') answer(fact.requestId, fact.at);
  const inApp = facts.flatMap((fact) => (fact.act === 'written-in-app' ? [fact.at] : []));
  const answers = facts
    .filter((fact): fact is Answer => fact.act === 'answer')
    .sort((a, b) => second(a.at) - second(b.at));
  for (const fact of answers) {
    const answeredBefore = (request: RequestView): boolean =>
      (answeredAt.get(request.requestId) ?? Number.POSITIVE_INFINITY) < second(fact.at);
    for (const bound of boundTo(fact, requests, openMs, answeredBefore, inApp)) {
      const open = !answeredBefore(bound.request);
      if (!open && (fact.meaning === 'yes' || bound.by === 'label')) continue;
      // In the order of time, and a tie answers nothing before: what is noted here changes only later seconds.
      answer(bound.request.requestId, fact.at);
      if (bound.request.purpose === purpose) counted.push({ fact, bound });
    }
  }
  return counted;
}

/**
 * Marks what was answered and what another decision has overtaken. `decisions` are the customer's own and refusals; a
 * Yes that somebody set in the CRM proves nothing, so the question still waits for its answer.
 */
export function settle(requests: Iterable<RequestView>, decisions: readonly Decision[], knows: Knows): void {
  for (const request of requests)
    for (const one of decisions) {
      if (one.request?.requestId === request.requestId) {
        request.answered = true;
        request.settled = true;
      } else if (one.fact.act !== 'merged' && !knows(request, one.fact)) {
        const at = Math.max(one.at, one.request?.at ?? one.at);
        if (second(at) >= second(request.at)) request.settled = true;
      }
    }
}
