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

/**
 * Puts messages and consent events in one order, by time, with a separator where a day begins. On the same
 * millisecond a message stands before the event that it caused. While older messages are not loaded
 * (`complete` is false), events from before the oldest loaded message wait for them.
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
  const rows: ThreadItem[] = messages.map((message) => {
    const other = message.replyTo === undefined ? null : (byId.get(message.replyTo) ?? null);
    const row = { key: `m-${message.id}`, at: message.at, message };
    return NOTES.has(message.kind)
      ? { kind: 'note', ...row, about: other }
      : { kind: 'message', ...row, quoted: other };
  });
  const from = complete ? '' : oldest(messages);
  for (const line of lines) {
    if (line.at >= from)
      rows.push({ kind: 'consent', key: `c-${line.contactPointId}-${line.seq}`, at: line.at, line });
  }
  rows.sort((a, b) => (a.at === b.at ? rank(a) - rank(b) : a.at < b.at ? -1 : 1));
  return withDays(rows, dayOf);
}

function oldest(messages: readonly MessageOut[]): string {
  return messages.reduce((least, message) => (least === '' || message.at < least ? message.at : least), '');
}

function rank(item: ThreadItem): number {
  return item.kind === 'consent' ? 1_000_000 + item.line.seq : 0;
}

function withDays(rows: readonly ThreadItem[], dayOf: (at: string) => string): ThreadItem[] {
  const items: ThreadItem[] = [];
  let day = '';
  for (const row of rows) {
    const next = dayOf(row.at);
    if (next !== day) items.push({ kind: 'day', key: `d-${next}`, at: row.at });
    day = next;
    items.push(row);
  }
  return items;
}

/** The calendar day of a time where the reader is, as a key: `2026-05-12`. */
export function localDay(at: string): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
