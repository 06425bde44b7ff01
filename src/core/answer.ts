import type { Act } from './consent.ts';
import { readText, type TenantKeyword } from './keywords.ts';
import { normalise } from './normalise.ts';
import { PURPOSES, type Purpose } from './purpose.ts';
import type { InboundContent } from './update.ts';

/**
 * Understanding an answer (product.md §3.3): what one inbound message says about consent. The result is context-free
 * (a button of a request, a stop word, an answer word, talk); whether it counts is decided by the fold.
 */

/** What one of our buttons means, frozen in its token when the request was sent. */
export interface KnownToken {
  requestId: string;
  meaning: 'yes' | 'no';
  label: string;
}

/** A request of this contact point from the last days, with its buttons. */
export interface AskedRequest {
  requestId: string;
  at: number;
  buttons: { label: string; meaning: 'yes' | 'no' }[];
}

export interface AnswerContext {
  /** The token in the payload, where it is one of ours and belongs to this contact point. */
  token: KnownToken | null;
  /** The request that the message quotes, or null. */
  quotes: string | null;
  /** The request that was our last word before the message (automatic answers do not count), or null. */
  follows: string | null;
  /** Requests that may still be open, newest first. */
  requests: readonly AskedRequest[];
  /** Keywords of the published Opt-In and Opt-Out Templates that apply to this contact point. */
  keywords: readonly TenantKeyword[];
  /** +1 numbers, where the strict US policy is on: a message that contains STOP is held. */
  holdContainsStop: boolean;
}

export interface ReadAnswer {
  act: Extract<Act, { act: 'button' | 'stop-word' | 'start-word' | 'answer' | 'refusal-phrase' | 'hold' }>;
  /** Stable id of the rule that matched, kept as evidence. */
  rule: string;
  language: string | null;
}

/** Reads one message; null is talk. Never throws. */
export function readAnswer(content: InboundContent, context: AnswerContext): ReadAnswer | null {
  if (context.token !== null && (content.kind === 'button' || content.kind === 'reply'))
    return {
      act: { act: 'button', requestId: context.token.requestId, meaning: context.token.meaning },
      rule: 'button:token',
      language: null,
    };
  const text = words(content);
  if (text === null) return null;
  const reading = readText(text, context.keywords);
  const { stop, start, answer, refusalPhrase, similar } = reading;
  const grantable = content.kind !== 'edit';
  if (stop !== null)
    return { act: { act: 'stop-word', purposes: stop.purposes }, rule: stop.rule, language: stop.language };
  if (start !== null && grantable && content.kind === 'text')
    return { act: { act: 'start-word' }, rule: start.rule, language: start.language };
  const bound = boundAnswer(text, answer, content, context);
  if (bound !== null) return bound;
  if (refusalPhrase !== null)
    return {
      act: { act: 'refusal-phrase', purposes: refusalPhrase.purposes },
      rule: refusalPhrase.rule,
      language: refusalPhrase.language,
    };
  if (similar !== null)
    return {
      act: { act: 'hold', purposes: similar.purposes },
      rule: similar.rule,
      language: similar.language,
    };
  if (context.holdContainsStop && /(^|\s)stop(\s|$)/u.test(normalise(text)))
    return { act: { act: 'hold', purposes: [...PURPOSES] }, rule: 'hold:us-contains-stop', language: 'en' };
  return null;
}

/** The words a message says for refusals: typed text, captions, button titles and edits; never reactions or cards. */
export function words(content: InboundContent): string | null {
  switch (content.kind) {
    case 'text':
      return content.text;
    case 'button':
    case 'reply':
      return content.label;
    case 'media':
      return content.caption ?? null;
    case 'edit':
      return content.text;
    default:
      return null;
  }
}

/** Rule 4: an answer word or a full button label, as far as it can refer to a request at all. */
function boundAnswer(
  text: string,
  answer: { meaning: 'yes' | 'no'; rule: string; language: string | null } | null,
  content: InboundContent,
  context: AnswerContext,
): ReadAnswer | null {
  const label = labelOf(text, context.requests);
  const meaning = label?.meaning ?? answer?.meaning ?? null;
  if (meaning === null) return null;
  if (meaning === 'yes' && (content.kind === 'edit' || content.kind === 'media')) return null;
  const labelOfRequest = label?.requestId ?? null;
  if (context.quotes === null && context.follows === null && labelOfRequest === null) return null;
  return {
    act: {
      act: 'answer',
      meaning,
      quotes: context.quotes,
      follows: context.follows,
      labelOf: labelOfRequest,
    },
    rule: label === null ? (answer?.rule ?? 'answer') : 'answer:full-label',
    language: answer?.language ?? null,
  };
}

function labelOf(
  text: string,
  requests: readonly AskedRequest[],
): { requestId: string; meaning: 'yes' | 'no' } | null {
  const said = normalise(text);
  if (said === '') return null;
  for (const request of requests)
    for (const button of request.buttons)
      if (normalise(button.label) === said) return { requestId: request.requestId, meaning: button.meaning };
  return null;
}

/** Which purposes an act speaks of, for the ledger line. A request's answer speaks of the request's purpose. */
export function purposesOf(act: Act, purposeOfRequest: (requestId: string) => Purpose | null): Purpose[] {
  switch (act.act) {
    case 'stop-word':
    case 'refusal-phrase':
    case 'hold':
    case 'recorded':
    case 'expired':
      return act.purposes;
    case 'requested':
    case 'crm':
      return [act.purpose];
    case 'button':
    case 'request-failed':
      return one(purposeOfRequest(act.requestId));
    case 'answer':
      return one(purposeOfRequest(act.quotes ?? act.follows ?? act.labelOf ?? ''));
    case 'signup':
    case 'platform':
      return ['marketing'];
    case 'merged':
      return act.denied;
    default:
      return [...PURPOSES];
  }
}

const one = (purpose: Purpose | null): Purpose[] => (purpose === null ? [] : [purpose]);
