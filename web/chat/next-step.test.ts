import { describe, expect, it } from 'vitest';
import type { SendableOut, SendableTemplate } from '../../src/http/schemas/chat.ts';
import { consentTemplateOf, nextStep } from './next-step.ts';

function template(messageTemplateId: string, more: Partial<SendableTemplate> = {}): SendableTemplate {
  return {
    messageTemplateId,
    name: messageTemplateId,
    type: 'consent',
    allowed: true,
    language: 'en',
    languages: ['en'],
    preview: { header: null, body: 'May we write?', footer: null, buttons: ['Yes', 'No'] },
    missing: [],
    ...more,
  };
}

function sendable(more: Partial<SendableOut> = {}): SendableOut {
  return {
    freeText: { allowed: false },
    templates: [template('ask')],
    serviceWindowClosesAt: null,
    consent: { service: 'denied', marketing: 'not-asked' },
    onHold: false,
    requestOpen: false,
    platformStopped: false,
    banner: { code: 'denied', tone: 'error', text: 'Refused.' },
    phone: '+34600000001',
    conversationId: 'c1',
    records: [],
    ...more,
  };
}

describe('consentTemplateOf', () => {
  it('puts forward the one that may be sent, whatever its place', () => {
    const templates = [
      template('paused', { allowed: false }),
      template('order', { type: 'utility' }),
      template('ask'),
    ];
    expect(consentTemplateOf(sendable({ templates }))?.messageTemplateId).toBe('ask');
  });

  it('still shows one that may not be sent now, so that its reason is seen', () => {
    const templates = [template('ask', { allowed: false })];
    expect(consentTemplateOf(sendable({ templates }))?.messageTemplateId).toBe('ask');
  });
});

describe('nextStep', () => {
  const blocked = template('ask', {
    allowed: false,
    reason: { code: 'asked-too-recently', message: 'Asked an hour ago.' },
  });
  it.each([
    ['after a refusal', sendable(), 'You may ask again with the Consent Template below.'],
    ['asked too recently', sendable({ templates: [blocked] }), 'Asked an hour ago.'],
    ['on hold, whatever else', sendable({ onHold: true }), 'Read what the customer wrote, then decide.'],
    ['free text', sendable({ freeText: { allowed: true } }), 'You can write.'],
    [
      'no Consent Template at all',
      sendable({ templates: [] }),
      'There is no published Consent Template to ask with. Ask an administrator to add one.',
    ],
  ])('%s', (_, now, words) => {
    expect(nextStep(now)).toBe(words);
  });
});
