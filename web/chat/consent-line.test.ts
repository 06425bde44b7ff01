import { describe, expect, it } from 'vitest';
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
  summary: 'Tapped “No, Thank You”',
  evidence: {},
  hash: '00',
  prevHash: null,
};

describe('consentSentence', () => {
  it('says who did what, and how', () => {
    expect(consentSentence(line, 'Ana').text).toBe('Ana refused: tapped “No, Thank You”');
  });

  it('leaves a word in capitals as the customer wrote it', () => {
    expect(consentSentence({ ...line, summary: 'STOP' }, 'Ana').text).toBe('Ana refused: STOP');
  });

  it('names the purpose where only marketing is meant', () => {
    expect(consentSentence({ ...line, purposes: ['marketing'], summary: '' }, 'Ana').text).toBe(
      'Ana refused (marketing)',
    );
  });
});
