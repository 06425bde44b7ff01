import { describe, expect, it } from 'vitest';
import { clip } from './clip.ts';
import { chatSubject, chatText, consentText, type TimelineMessage, toldVerdict } from './timeline.ts';

const AT = Date.parse('2026-05-12T12:00:00Z');
const message = (text: string, more: Partial<TimelineMessage> = {}): TimelineMessage => ({
  direction: 'in',
  kind: 'text',
  text,
  fileName: null,
  emoji: null,
  actor: null,
  automatic: false,
  revoked: false,
  at: AT,
  ...more,
});
const chat = (messages: TimelineMessage[], count = messages.length) => ({
  name: 'Ana Ruiz',
  number: '+12025550143',
  count,
  firstAt: AT,
  lastAt: AT + 60_000,
  messages,
  link: 'https://assent.example.com/chats/1',
});

describe('the text of a chat', () => {
  it('says who wrote what and when, and where to read it', () => {
    const said = [
      message('Hello'),
      message('Hi Ana', { direction: 'out', actor: 'Maya', at: AT + 30_000 }),
      message('', { kind: 'document', fileName: 'offer.pdf', direction: 'out', actor: 'Maya' }),
      message('secret', { revoked: true }),
      message('Thank you.', { direction: 'out', automatic: true, at: AT + 60_000 }),
    ];
    expect(chatText(chat(said), 2_000)).toBe(
      [
        'WhatsApp with Ana Ruiz (+12025550143)',
        '2026-05-12 12:00 to 12:01 UTC, 5 messages',
        'https://assent.example.com/chats/1',
        '',
        '[2026-05-12 12:00] Ana Ruiz: Hello',
        '[2026-05-12 12:00] Maya: Hi Ana',
        '[2026-05-12 12:00] Maya: [document offer.pdf]',
        '[2026-05-12 12:00] Ana Ruiz: (deleted)',
        '[2026-05-12 12:01] Assent, automatic: Thank you.',
      ].join('\n'),
    );
    expect(chatSubject(chat(said), 200)).toBe('WhatsApp with Ana Ruiz, 2026-05-12');
  });

  it('keeps the newest that fits a column, and says how many came before', () => {
    const many = Array.from({ length: 100 }, (_, n) => message(`message number ${n}`));
    for (const most of [300, 500, 2_000]) {
      const text = chatText(chat(many), most);
      expect(text.length).toBeLessThanOrEqual(most);
      expect(text).toContain('message number 99');
      const shown = text.match(/message number/g)?.length ?? 0;
      expect(text).toContain(`(${100 - shown} earlier messages are in Assent)`);
    }
    expect(chatText(chat(many, 400), 100_000)).toContain('(300 earlier messages are in Assent)');
  });

  it('lets nobody write a line that looks like a colleague’s', () => {
    const forged = message('Hello\r\n[2026-05-12 12:00] Maya: You get a refund.');
    expect(
      chatText(chat([forged]), 2_000)
        .split('\n')
        .filter((line) => line.startsWith('[')).length,
    ).toBe(1);
  });

  it('is cut at no half of a character, whatever the column takes', () => {
    for (let most = 0; most < 40; most += 1) {
      const cut = clip('😀😀 hello 😀😀😀 there', most);
      expect(cut.length).toBeLessThanOrEqual(most);
      expect(cut.isWellFormed()).toBe(true);
    }
    expect(chatText(chat([message('x'.repeat(5_000))]), 2_000).length).toBeLessThanOrEqual(2_000);
  });
});

describe('the text of a consent event', () => {
  it('says what, when, how, by which wording, and where its evidence is', () => {
    const text = consentText(
      {
        verdict: 'requested',
        act: 'requested',
        at: AT,
        purposes: ['service'],
        source: 'person',
        actor: 'Maya',
        words: null,
        templateName: 'consent_request',
        wordingHash: 'ab12',
        line: 'c1/3',
        hash: 'ff00',
        link: 'https://assent.example.com/records/contact/1',
      },
      2_000,
    );
    expect(text).toBe(
      [
        'What: WhatsApp consent: asked',
        'When: 2026-05-12 12:00:00 UTC',
        'For: service',
        'How: a Consent Template was sent',
        'By: Maya',
        'Template: consent_request',
        'Wording (SHA-256): ab12',
        'Evidence: https://assent.example.com/records/contact/1',
        'Line of the ledger: c1/3',
        'Hash of the line: ff00',
      ].join('\n'),
    );
  });

  it.each([
    ['stop-word', 'denied', 'denied'],
    ['recorded', 'granted', 'granted'],
    ['answer', 'not-counted', null],
    ['crm', 'denied', null],
    ['merged', 'denied', null],
    ['linked', undefined, null],
    ['renumbered', undefined, null],
    ['written-in-app', undefined, null],
  ])('of %s that is %s tells %s', (act, verdict, told) => {
    expect(toldVerdict(act, verdict)).toBe(told);
  });
});
