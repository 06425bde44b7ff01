import type { Act } from './consent.ts';
import { type AnswerReading, type Match, readText, type TenantKeyword } from './keywords.ts';
import { sameLanguage } from './language.ts';
import { mayMeanYes } from './may-mean-yes.ts';
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
  /** What it was asked in, as Meta writes it (`pt_BR`). */
  language: string;
  buttons: { label: string; meaning: 'yes' | 'no' }[];
}

export interface AnswerContext {
  /** The token in the payload, where it is one of ours and belongs to this contact point. */
  token: KnownToken | null;
  /** The request that the message quotes, or null. */
  quotes: string | null;
  /** It quotes a message that is no request: then it answers that message and no question of ours. */
  quotesOther?: boolean;
  /**
   * The request that this other message may be: WhatsApp has not told us yet what the request is called there. A no refuses
   * it, as it would once we know; a yes does not count on a guess.
   */
  mayQuote?: string | null;
  /** The request that was our last word before the message (automatic answers do not count), or null. */
  follows: string | null;
  /**
   * A request that left so soon after the message, by our clock, that it may stand before it by WhatsApp's (`writtenSince`). A no
   * refuses it, a yes does not count on a guess.
   */
  mayFollow?: string | null;
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
  if (stop !== null)
    return { act: { act: 'stop-word', purposes: stop.purposes }, rule: stop.rule, language: stop.language };
  if (start !== null && content.kind === 'text')
    return { act: { act: 'start-word' }, rule: start.rule, language: start.language };
  const bound = boundAnswer(text, answer, content, context);
  const agrees = bound?.act.act === 'answer' && bound.act.meaning === 'yes';
  // What is both an agreement and a refusal is a refusal.
  if (bound !== null && !(agrees && refusalPhrase !== null)) return bound;
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
  if (context.holdContainsStop && containsStop(text))
    return { act: { act: 'hold', purposes: [...PURPOSES] }, rule: 'hold:us-contains-stop', language: 'en' };
  return null;
}

const containsStop = (text: string): boolean => /(^|\s)stop(\s|$)/u.test(normalise(text));

/**
 * Whether a message can say anything about consent at all, whatever its context turns out to be: false means talk. Asked
 * with every keyword there is, so that who is in which record need not be known of each of a hundred messages that talk.
 */
export function mayAnswer(
  content: InboundContent,
  about: Pick<AnswerContext, 'token' | 'keywords' | 'holdContainsStop'> & { asked: boolean },
): boolean {
  if (about.token !== null) return true;
  const text = words(content);
  if (text === null) return false;
  if (about.asked || (about.holdContainsStop && containsStop(text))) return true;
  const { stop, start, answer, refusalPhrase, similar } = readText(text, about.keywords);
  return [stop, start, answer, refusalPhrase, similar].some((read) => read !== null);
}

/**
 * The words a message says for refusals: typed text, captions, an order's note, button titles and edits; never reactions or
 * cards.
 */
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
    case 'other':
      return content.text ?? null;
    default:
      return null;
  }
}

/**
 * Rule 4: an answer word or a full button label, as far as it can refer to a request at all. Nothing but typed text
 * agrees, or a button of the quoted request itself: captions, an order's note, edits and other menus' buttons only refuse.
 */
function boundAnswer(
  text: string,
  answer: AnswerReading | null,
  content: InboundContent,
  context: AnswerContext,
): ReadAnswer | null {
  const { mayQuote = null, mayFollow = null } = context;
  const noTo = (guess: Partial<AnswerContext>): ReadAnswer | null => {
    const read = boundAnswer(text, answer, content, { ...context, ...guess });
    return read?.act.act === 'answer' && read.act.meaning === 'no' ? read : null;
  };
  if (context.quotesOther === true)
    return mayQuote === null ? null : noTo({ quotes: mayQuote, quotesOther: false });
  if (context.quotes === null && mayFollow !== null) {
    const no = noTo({ follows: mayFollow, mayFollow: null });
    if (no !== null) return no;
  }
  const labels = labelsOf(text, context.requests);
  const said = context.quotes ?? context.follows;
  const own = labels.find((label) => label.requestId === said);
  const asked = context.requests.find((request) => request.requestId === said);
  const word = answer === null ? null : wordIn(answer, asked?.language ?? null);
  const meaning = own?.meaning ?? (word === null ? null : answer?.meaning) ?? labels[0]?.meaning;
  if (meaning === undefined || (meaning === 'yes' && !mayAgree(content, context))) return null;
  // The label of another request is no answer word; it does not agree to the request it stands under.
  const speaks = own !== undefined || word !== null || meaning === 'no';
  const quotes = speaks ? context.quotes : null;
  const follows = speaks ? context.follows : null;
  if (!speaks && context.quotes !== null) return null;
  const [labelOf = null, ...alsoLabelOf] = labels
    .filter((label) => label.meaning === meaning)
    .map((label) => label.requestId);
  if (quotes === null && follows === null && labelOf === null) return null;
  return {
    act: {
      act: 'answer',
      meaning,
      quotes,
      follows,
      labelOf,
      ...(alsoLabelOf.length === 0 ? {} : { alsoLabelOf }),
    },
    rule: labelOf === null ? (word?.rule ?? 'answer') : 'answer:full-label',
    language: word?.language ?? null,
  };
}

/**
 * The entry by which a word answers a question asked in this language. A yes is one in that language or in English, which
 * people use everywhere: "tak" agrees in Polish and is thanks in Danish. A no refuses in every language.
 */
function wordIn({ meaning, matches, everywhere }: AnswerReading, language: string | null): Match | null {
  const isOf = (asked: string) => (match: Match) =>
    match.language !== null && sameLanguage(match.language, asked);
  const fits = (language === null ? undefined : matches.find(isOf(language))) ?? matches.find(isOf('en'));
  return fits ?? (everywhere || meaning === 'no' ? matches[0] : null);
}

function mayAgree(content: InboundContent, context: AnswerContext): boolean {
  if (content.kind === 'text') return true;
  return (content.kind === 'button' || content.kind === 'reply') && context.quotes !== null;
}

/** The requests that have this text as a button's whole label, newest first. */
function labelsOf(
  text: string,
  requests: readonly AskedRequest[],
): { requestId: string; meaning: 'yes' | 'no' }[] {
  const said = normalise(text);
  if (said === '') return [];
  return requests.flatMap(({ requestId, buttons }) => {
    const button = buttons.find(
      ({ label, meaning }) => normalise(label) === said && (meaning === 'no' || mayMeanYes(text, label)),
    );
    return button === undefined ? [] : [{ requestId, meaning: button.meaning }];
  });
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
    case 'answer': {
      const named =
        act.quotes === null ? [act.follows, act.labelOf, ...(act.alsoLabelOf ?? [])] : [act.quotes];
      const spoken = named.map((id) => (id === null ? null : purposeOfRequest(id)));
      return PURPOSES.filter((purpose) => spoken.includes(purpose));
    }
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
