import type { z } from 'zod';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import type { LedgerLineOut } from '../../src/http/schemas/consent.ts';

type LedgerLine = z.infer<typeof LedgerLineOut>;

/** One row of the thread, oldest first. `key` is stable over refetches. */
export type ThreadItem =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'message'; key: string; at: string; message: MessageOut; quoted: MessageOut | null }
  | { kind: 'note'; key: string; at: string; message: MessageOut; about: MessageOut | null }
  | { kind: 'consent'; key: string; at: string; line: LedgerLine };

/** Kinds of message that say something about another message and get no bubble of their own. */
const NOTES = new Set(['edit', 'revoke', 'reaction']);

/** Where a row stands: by time, then by what it follows, then as it came. */
type Place = { at: string; after: number };
type Placed = { item: ThreadItem; place: Place };

/**
 * Puts messages (newest first, as the API lists them) and consent events in one order with a separator where a day
 * begins. What customers send carries WhatsApp's clock, in whole seconds, and what we send our own, so a quick answer
 * can be dated before its question; an answer stands after what it quotes, and an event after its message, whatever the
 * clocks say. While older messages are not loaded (`complete` is false), events from before the oldest loaded message
 * wait for them.
 */
export function threadItems(
  messages: readonly MessageOut[],
  lines: readonly LedgerLine[],
  complete: boolean,
  dayOf: (at: string) => string,
): ThreadItem[] {
  const byId = new Map<string, MessageOut>();
  for (const message of messages) {
    byId.set(message.id, message);
    if (message.whatsappId !== undefined) byId.set(message.whatsappId, message);
  }
  const placeOf = placer(byId);
  const rows: Placed[] = [...messages].reverse().map((message) => {
    const other = message.replyTo === undefined ? null : (byId.get(message.replyTo) ?? null);
    const row = { key: `m-${message.id}`, at: message.at, message };
    const item: ThreadItem = NOTES.has(message.kind)
      ? { kind: 'note', ...row, about: other }
      : { kind: 'message', ...row, quoted: other };
    return { item, place: placeOf(message) };
  });
  const oldest = messages.reduce((least, { at }) => (least === '' || at < least ? at : least), '');
  for (const line of [...lines].sort((a, b) => a.seq - b.seq)) {
    if (!complete && line.at < oldest) continue;
    const message = messageOf(line, byId);
    const place = message === null ? { at: line.at, after: 0 } : placeOf(message);
    const item: ThreadItem = {
      kind: 'consent',
      key: `c-${line.contactPointId}-${line.seq}`,
      at: line.at,
      line,
    };
    rows.push({ item, place: { at: place.at, after: place.after + 0.5 } });
  }
  rows.sort((a, b) =>
    a.place.at === b.place.at ? a.place.after - b.place.after : a.place.at < b.place.at ? -1 : 1,
  );
  return withDays(rows, dayOf);
}

/** Where each message stands: at its own time, or right after the message it answers where that is dated later. */
function placer(byId: ReadonlyMap<string, MessageOut>): (message: MessageOut) => Place {
  const known = new Map<string, Place>();
  const placeOf = (message: MessageOut): Place => {
    const found = known.get(message.id);
    if (found !== undefined) return found;
    const own = { at: message.at, after: 0 };
    // Set first, so that a circle of quotations, which a customer could forge, ends.
    known.set(message.id, own);
    const other = message.replyTo === undefined ? undefined : byId.get(message.replyTo);
    if (other === undefined) return own;
    const before = placeOf(other);
    const place = before.at >= own.at ? { at: before.at, after: before.after + 1 } : own;
    known.set(message.id, place);
    return place;
  };
  return placeOf;
}

/** The message that an event is about, as its evidence names it. */
function messageOf(line: LedgerLine, byId: ReadonlyMap<string, MessageOut>): MessageOut | null {
  for (const id of [line.evidence.whatsappId, line.evidence.messageId]) {
    const message = typeof id === 'string' ? byId.get(id) : undefined;
    if (message !== undefined) return message;
  }
  return null;
}

function withDays(rows: readonly Placed[], dayOf: (at: string) => string): ThreadItem[] {
  const items: ThreadItem[] = [];
  let day = '';
  for (const { item, place } of rows) {
    const next = dayOf(place.at);
    if (next !== day) items.push({ kind: 'day', key: `d-${next}`, at: place.at });
    day = next;
    items.push(item);
  }
  return items;
}

/** The calendar day of a time where the reader is, as a key: `2026-05-12`. */
export function localDay(at: string): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
