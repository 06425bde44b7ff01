import type { ThreadItem } from './thread-items.ts';

/**
 * A row's height in pixels before it was ever shown; near enough that the scroll bar does not jump, and that a chat opens with
 * the rows that come into view.
 */
export function guessedHeight(item: ThreadItem | undefined): number {
  if (item === undefined) return 0;
  if (item.kind === 'day') return 36;
  if (item.kind === 'trace') return item.trace.kind === 'note' ? 88 : 38;
  if (item.kind !== 'message') return 44;
  const { message } = item;
  const lines = Math.min(24, Math.ceil((message.text?.length ?? 0) / 44));
  const media = message.media === undefined ? 0 : message.media.kind === 'image' ? 220 : 72;
  const parts = (item.quoted === null ? 0 : 48) + (message.template?.buttons.length ?? 0) * 34;
  return 66 + lines * 20 + media + parts;
}

/** The index of the topmost row that is in view at a scroll offset. */
export function firstInView(
  rows: readonly { index: number; end: number }[],
  offset: number,
): number | undefined {
  return rows.find(({ end }) => end > offset + 4)?.index;
}
