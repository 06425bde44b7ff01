import type { z } from 'zod';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import type { LedgerLineOut } from '../../src/http/schemas/consent.ts';
import type { TraceOut } from '../../src/http/schemas/desk.ts';

type LedgerLine = z.infer<typeof LedgerLineOut>;

/** What a quotation shows of the message it quotes. */
export type Quoted = Pick<MessageOut, 'id' | 'direction' | 'kind'> & {
  text?: string | undefined;
  actor?: string | null | undefined;
};

/** One row of the thread, oldest first. `key` is stable over refetches. */
export type ThreadItem =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'message'; key: string; at: string; message: MessageOut; quoted: Quoted | null }
  /** An edit, a deletion or a reaction: it says something about another message. */
  | { kind: 'act'; key: string; at: string; message: MessageOut; about: MessageOut | null }
  | { kind: 'consent'; key: string; at: string; line: LedgerLine }
  /** What colleagues did in the conversation, private notes included. */
  | { kind: 'trace'; key: string; at: string; trace: TraceOut };

export interface ThreadParts {
  /** Newest first, as the API lists them. */
  messages: readonly MessageOut[];
  lines: readonly LedgerLine[];
  trace: readonly TraceOut[];
  /** Whether messages before and after those given are known to exist; what happened there waits for them. */
  hasOlder: boolean;
  hasNewer: boolean;
}

/** Kinds of message that say something about another message and get no bubble of their own. */
const ACTS = new Set(['edit', 'revoke', 'reaction']);

/** Where a row stands: after so many messages; one that a message caused right behind it, the rest by time. */
interface Placed {
  item: ThreadItem;
  after: number;
  caused: boolean;
}

/**
 * Puts messages, consent events and what colleagues did in one order, with a separator where a day begins. Messages
 * stay as they arrived (docs/decisions/0004); an event stands behind the message that caused it, and what has none
 * where its time puts it.
 */
export function threadItems(parts: ThreadParts, dayOf: (at: string) => string): ThreadItem[] {
  const { hasOlder, hasNewer } = parts;
  const messages = [...parts.messages].reverse();
  const byId = new Map<string, MessageOut>();
  const places = new Map<MessageOut, number>();
  for (const [place, message] of messages.entries()) {
    places.set(message, place);
    byId.set(message.id, message);
    if (message.whatsappId !== undefined) byId.set(message.whatsappId, message);
  }
  const times = risingTimes(messages);
  const first = hasOlder ? (times[0] ?? '') : '';
  const last = hasNewer ? (times.at(-1) ?? '') : '\uFFFF';
  const between: Placed[] = [];
  const place = (item: ThreadItem, cause: MessageOut | null) => {
    if (cause !== null) between.push({ item, after: (places.get(cause) ?? 0) + 1, caused: true });
    else if (item.at >= first && item.at <= last)
      between.push({ item, after: countUntil(times, item.at), caused: false });
  };
  for (const line of parts.lines)
    place(
      { kind: 'consent', key: `c-${line.contactPointId}-${line.seq}`, at: line.at, line },
      causeOf(line, byId),
    );
  for (const trace of parts.trace) place({ kind: 'trace', key: `t-${trace.id}`, at: trace.at, trace }, null);
  between.sort(byPlace);

  const rows: { item: ThreadItem; at: string }[] = [];
  let next = 0;
  const fill = (until: number) => {
    for (let row = between[next]; row !== undefined && row.after <= until; row = between[next]) {
      const before = times[row.after - 1] ?? '';
      rows.push({ item: row.item, at: row.caused || before > row.item.at ? before : row.item.at });
      next += 1;
    }
  };
  for (const [index, message] of messages.entries()) {
    fill(index);
    const item = itemOf(message, byId);
    if (item !== null) rows.push({ item, at: times[index] ?? message.at });
  }
  fill(messages.length);
  return withDays(rows, dayOf, hasOlder);
}

function byPlace(a: Placed, b: Placed): number {
  if (a.after !== b.after) return a.after - b.after;
  if (a.caused !== b.caused) return a.caused ? -1 : 1;
  if (a.item.kind === 'consent' && b.item.kind === 'consent') return a.item.line.seq - b.item.line.seq;
  return a.item.at === b.item.at ? 0 : a.item.at < b.item.at ? -1 : 1;
}

/**
 * The times of messages as they arrived, none before the one above it: what customers send carries WhatsApp's clock, in
 * whole seconds, and may come late.
 */
function risingTimes(messages: readonly MessageOut[]): string[] {
  let latest = '';
  return messages.map(({ at }) => {
    if (at > latest) latest = at;
    return latest;
  });
}

/** How many of the rising times are not after this one. */
function countUntil(times: readonly string[], at: string): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? '') <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function itemOf(message: MessageOut, byId: ReadonlyMap<string, MessageOut>): ThreadItem | null {
  const other = message.replyTo === undefined ? null : (byId.get(message.replyTo) ?? null);
  const row = { key: `m-${message.id}`, at: message.at, message };
  if (!ACTS.has(message.kind)) return { kind: 'message', ...row, quoted: quotedOf(message, other) };
  // The bubble shows its reactions itself; one of ours that did not get through has to say so.
  const delivered = message.direction === 'in' || !['failed', 'cancelled'].includes(message.status);
  if (message.kind === 'reaction' && other !== null && delivered) return null;
  return { kind: 'act', ...row, about: other };
}

function quotedOf(message: MessageOut, other: MessageOut | null): Quoted | null {
  const { quoted } = message;
  if (quoted === undefined) return other;
  return other === null ? quoted : { ...quoted, actor: other.actor };
}

/** The message that caused an event, as its evidence names it; null where it is not loaded. */
function causeOf(line: LedgerLine, byId: ReadonlyMap<string, MessageOut>): MessageOut | null {
  for (const id of [line.evidence.whatsappId, line.evidence.messageId]) {
    const message = typeof id === 'string' ? byId.get(id) : undefined;
    if (message !== undefined) return message;
  }
  return null;
}

/**
 * While older messages are not loaded, the first day has no separator: it may begin earlier, and one that moves away
 * when they come would take the reader's place along.
 */
function withDays(
  rows: readonly { item: ThreadItem; at: string }[],
  dayOf: (at: string) => string,
  hasOlder: boolean,
): ThreadItem[] {
  const items: ThreadItem[] = [];
  let day = '';
  for (const { item, at } of rows) {
    const next = dayOf(at);
    if (next !== day && !(day === '' && hasOlder)) items.push({ kind: 'day', key: `d-${next}`, at });
    day = next;
    items.push(item);
  }
  return items;
}
