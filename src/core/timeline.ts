import { clip } from './clip.ts';

/** What the timeline of a record says of a chat and of consent, as plain text. Times are UTC, and said to be. */

export interface TimelineMessage {
  direction: 'in' | 'out';
  kind: string;
  text: string | null;
  fileName: string | null;
  emoji: string | null;
  /** Who wrote it for us. */
  actor: string | null;
  automatic: boolean;
  revoked: boolean;
  at: number;
}

export interface TimelineChat {
  /** The customer, as the record is called. */
  name: string;
  number: string | null;
  /** All messages of the session; the newest of them are `lines`. */
  count: number;
  firstAt: number;
  lastAt: number;
  messages: readonly TimelineMessage[];
  link: string;
}

/** One message may fill so much of the text. */
const MOST_PER_MESSAGE = 1_000;
/** More than that is for nobody to read in a timeline, whatever a column takes. */
const MOST_TEXT = 20_000;

/** The subject of the entry for a chat, `most` UTF-16 units long at most. */
export const chatSubject = (
  { name, firstAt }: Pick<TimelineChat, 'name' | 'firstAt'>,
  most: number,
): string => clip(`WhatsApp with ${name}, ${day(firstAt)}`, most);

/** The newest messages that fit into `most` UTF-16 units, and how many came before them. */
export function chatText(chat: TimelineChat, most: number): string {
  const room = Math.min(most, MOST_TEXT);
  const { name, number, count, firstAt, lastAt, link } = chat;
  const head = [
    `WhatsApp with ${name}${number === null || number === name ? '' : ` (${number})`}`,
    `${stamp(firstAt)} to ${day(lastAt) === day(firstAt) ? clock(lastAt) : stamp(lastAt)} UTC, ${count} ${count === 1 ? 'message' : 'messages'}`,
    link,
    '',
  ].join('\n');
  const notShown = (left: number): string =>
    left === 0 ? '' : `(${left} earlier ${left === 1 ? 'message is' : 'messages are'} in Assent)\n`;
  const lines: string[] = [];
  // As if nothing fitted: room for the longest sentence that may stand there.
  let left = room - head.length - notShown(count).length - 1;
  for (const message of [...chat.messages].reverse()) {
    const line = lineOf(message, name);
    if (line.length + 1 > left) break;
    lines.unshift(line);
    left -= line.length + 1;
  }
  return clip(`${head}\n${notShown(count - lines.length)}${lines.join('\n')}`.trimEnd(), room);
}

function lineOf(message: TimelineMessage, customer: string): string {
  const who = message.direction === 'in' ? customer : (message.actor ?? 'Assent');
  const by = message.direction === 'out' && message.automatic ? `${who}, automatic` : who;
  // Indented: a customer cannot write a line that looks like one of somebody else's.
  const words = clip(wordsOf(message), MOST_PER_MESSAGE).replaceAll(/\s*[\r\n\u2028\u2029]\s*/g, '\n    ');
  return `[${stamp(message.at)}] ${by}: ${words}`;
}

function wordsOf({ kind, text, fileName, emoji, revoked }: TimelineMessage): string {
  if (revoked) return '(deleted)';
  const words = text?.trim() ?? '';
  switch (kind) {
    case 'text':
    case 'button':
    case 'reply':
    case 'template':
    case 'interactive':
      return words;
    case 'edit':
      return `(changed a message to) ${words}`;
    case 'reaction':
      return emoji === null || emoji === '' ? '(took a reaction back)' : `(reacted) ${emoji}`;
    case 'revoke':
      return '(deleted a message)';
    default:
      return [`[${kind}${fileName === null ? '' : ` ${fileName}`}]`, words]
        .filter((one) => one !== '')
        .join(' ');
  }
}

export interface TimelineConsent {
  verdict: ToldVerdict;
  act: string;
  at: number;
  purposes: readonly string[];
  source: string;
  /** The person or program that wrote the line; null or `customer` where it was neither. */
  actor: string | null;
  /** The customer's own words, or those a person wrote down. */
  words: string | null;
  templateName: string | null;
  wordingHash: string | null;
  /** The line of the ledger, and its hash. */
  line: string;
  hash: string;
  link: string;
}

/** What of the ledger a timeline tells; the rest decides nothing, or came from the CRM itself. */
export const TOLD_VERDICTS = [
  'requested',
  'request-failed',
  'granted',
  'denied',
  'held',
  'released',
  'expired',
  'platform-stopped',
  'platform-resumed',
] as const;
export type ToldVerdict = (typeof TOLD_VERDICTS)[number];

const UNTOLD: ReadonlySet<string> = new Set(['crm', 'merged', 'linked', 'renumbered', 'written-in-app']);

/** Null for what no timeline tells. */
export function toldVerdict(act: string, verdict: string | undefined): ToldVerdict | null {
  if (UNTOLD.has(act)) return null;
  return TOLD_VERDICTS.find((one) => one === verdict) ?? null;
}

/** English, like all that the server writes; people of the CRM read it there, so the pages have no words for it. */
function titleOf(verdict: ToldVerdict): string {
  switch (verdict) {
    case 'requested':
      return 'asked';
    case 'request-failed':
      return 'the request did not reach the customer';
    case 'denied':
      return 'refused';
    case 'held':
      return 'on hold';
    case 'released':
      return 'hold lifted';
    case 'platform-stopped':
      return 'marketing stopped in WhatsApp';
    case 'platform-resumed':
      return 'marketing resumed in WhatsApp';
    case 'granted':
    case 'expired':
      return verdict;
  }
}

/** The subject of the entry for a decision, `most` UTF-16 units long at most. */
export const consentSubject = (event: Pick<TimelineConsent, 'verdict' | 'at'>, most: number): string =>
  clip(`WhatsApp consent: ${titleOf(event.verdict)}, ${day(event.at)}`, most);

/** One line per fact of a decision, those that are not known left out, `most` UTF-16 units long at most. */
export function consentText(event: TimelineConsent, most: number): string {
  const own = event.actor === null || event.actor === 'customer';
  const facts: [string, string | null][] = [
    ['What', `WhatsApp consent: ${titleOf(event.verdict)}`],
    ['When', `${new Date(event.at).toISOString().slice(0, 19).replace('T', ' ')} UTC`],
    ['For', event.purposes.length === 0 ? null : event.purposes.join(', ')],
    ['How', howOf(event)],
    ['By', own ? null : event.actor],
    [
      'Words',
      event.words === null ? null : clip(event.words.replaceAll(/\s+/g, ' ').trim(), MOST_PER_MESSAGE),
    ],
    ['Template', event.templateName],
    ['Wording (SHA-256)', event.wordingHash],
    ['Evidence', event.link],
    ['Line of the ledger', event.line],
    ['Hash of the line', event.hash],
  ];
  return clip(
    facts
      .filter(([, value]) => value !== null && value !== '')
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    Math.min(most, MOST_TEXT),
  );
}

function howOf({ act, source }: TimelineConsent): string {
  if (source === 'hold-elapsed') return 'nobody decided in time what read like a refusal';
  switch (act) {
    case 'requested':
      return 'a Consent Template was sent';
    case 'request-failed':
      return 'WhatsApp did not deliver the Consent Template';
    case 'button':
      return 'the customer tapped a button of a Consent Template';
    case 'stop-word':
      return 'the customer wrote a stop word';
    case 'start-word':
      return 'the customer took a stop word back';
    case 'answer':
      return 'the customer answered a consent request in words';
    case 'refusal-phrase':
      return 'the customer refused in words';
    case 'hold':
      return 'the customer wrote what reads like a refusal';
    case 'released':
      return 'a person decided that it is no refusal';
    case 'recorded':
      return source === 'hold' ? 'a person decided that it is a refusal' : 'recorded by a person';
    case 'platform':
      return 'the customer’s own setting in WhatsApp';
    case 'signup':
      return 'the customer signed up inside WhatsApp';
    case 'expired':
      return 'the consent is too old';
    default:
      return source;
  }
}

const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
const day = (ms: number): string => stamp(ms).slice(0, 10);
const clock = (ms: number): string => stamp(ms).slice(11);
