import i18next from 'i18next';
import { expect, test } from 'vitest';
import { NotificationKind, type NotificationOut } from '../../src/http/schemas/desk.ts';
import '../i18n/i18n.ts';
import { notificationSentence, notificationText } from './words.ts';

const t = i18next.getFixedT('en', 'notifications');
const about = (given: Partial<NotificationOut>): NotificationOut => ({
  id: 'n',
  kind: 'assigned',
  at: '2026-05-12T09:00:00.000Z',
  readAt: null,
  conversation: { id: 'c', name: 'Ana Souza' },
  actor: 'Maria',
  text: null,
  ...given,
});

test('every kind says whom it is about, in words of its own', () => {
  const said = NotificationKind.options.map((kind) => notificationSentence(t, about({ kind })));
  for (const sentence of said) expect(sentence).toMatch(/Ana Souza.*\.$/);
  expect(new Set(said).size).toBe(NotificationKind.options.length);
});

test('what a customer answered is said, not shown as the server’s word', () => {
  const agreed = about({ kind: 'answered', text: 'agreed' });
  const refused = about({ kind: 'answered', text: 'refused' });
  expect(notificationSentence(t, agreed)).toBe('Ana Souza agreed to the request you sent.');
  expect(notificationSentence(t, refused)).toBe('Ana Souza refused the request you sent.');
  expect([notificationText(agreed), notificationText(about({ text: 'Speaks Portuguese' }))]).toEqual([
    '',
    'Speaks Portuguese',
  ]);
});

test('without a name, an actor or a conversation it is still a sentence', () => {
  const nameless = about({ conversation: { id: 'c', name: '' }, actor: null });
  expect(notificationSentence(t, nameless)).toBe('A colleague offers you the conversation with A customer.');
  expect(notificationSentence(t, about({ conversation: null }))).toContain('do not see any more');
});
