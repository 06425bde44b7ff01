import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import { speak } from '../i18n/language.ts';
import { consentSentence } from './consent-line.ts';

const line = {
  seq: 1,
  contactPointId: 'p1',
  type: 'denied' as const,
  act: 'button',
  purposes: ['service' as const],
  at: '2026-05-12T08:00:00.000Z',
  receivedAt: '2026-05-12T08:00:00.000Z',
  source: 'button',
  actor: null,
  summary: 'Refused: tapped “No, Thank You”',
  evidence: {},
  hash: '00',
  prevHash: null,
  withheld: null,
};

describe('consentSentence', () => {
  it('says that the customer did it, by no name, where the customer acted', () => {
    expect(consentSentence(line)).toEqual({
      text: 'The customer refused: tapped “No, Thank You”',
      tone: 'danger',
    });
  });

  it('says it before the words of the server are there, which come a second after the page', async () => {
    const words = i18next.getResourceBundle('en', 'server');
    i18next.removeResourceBundle('en', 'server');
    try {
      expect(consentSentence(line).text).toBe('The customer refused: tapped “No, Thank You”');
    } finally {
      i18next.addResourceBundle('en', 'server', words);
    }
  });

  it('goes on in the sentence in other languages, too', async () => {
    await speak('es');
    try {
      expect(consentSentence(line).text).toBe('El cliente rechazó: tocó «No, Thank You»');
    } finally {
      await speak('en');
    }
  });

  it('leaves what we did as it is', () => {
    const asked = {
      ...line,
      type: 'requested' as const,
      act: 'requested',
      summary: 'Asked for consent by Alex',
    };
    expect(consentSentence(asked)).toEqual({ text: 'Asked for consent by Alex', tone: 'informative' });
  });
});
