import { expect, it } from 'vitest';
import { isOwnWord } from './attention.ts';
import type { InboundContent } from './update.ts';

const own: InboundContent[] = [
  { kind: 'text', text: 'Hello' },
  { kind: 'button', payload: 'x', label: 'Yes' },
  { kind: 'reply', form: 'list', id: 'x', label: 'Delivery' },
  { kind: 'media', media: 'image' },
  { kind: 'media', media: 'document', caption: 'My order' },
  { kind: 'location', latitude: 1, longitude: 2 },
  { kind: 'contacts', names: ['Ben'] },
  { kind: 'other', type: 'order' },
];
const none: InboundContent[] = [
  { kind: 'reaction', target: 'x', emoji: '👍' },
  { kind: 'reaction', target: 'x', emoji: null },
  { kind: 'edit', target: 'x', text: 'Hello' },
  { kind: 'revoke', target: 'x' },
  { kind: 'unsupported', type: 'unknown' },
  // One whose content could not be read is of no known kind.
  { kind: 'other', type: 'reaction' },
];

it.each(own)('$kind is a word of the customer’s own', (content) => {
  expect(isOwnWord({ content, context: null })).toBe(true);
  expect(isOwnWord({ content, context: { id: 'wamid.x', forwarded: false } })).toBe(true);
  expect(isOwnWord({ content, context: { forwarded: true } })).toBe(false);
});

it.each(none)('$kind is none', (content) => {
  expect(isOwnWord({ content, context: null })).toBe(false);
});
