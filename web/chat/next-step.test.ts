import { describe, expect, it } from 'vitest';
import type { SendableOut, SendableTemplate } from '../../src/http/schemas/chat.ts';
import { cannotAsk, consentTemplateOf } from './next-step.ts';

function template(messageTemplateId: string, more: Partial<SendableTemplate> = {}): SendableTemplate {
  return {
    messageTemplateId,
    name: messageTemplateId,
    type: 'consent',
    asksFor: 'service',
    answerHasField: true,
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
      template('order', { type: 'utility', asksFor: null }),
      template('ask'),
    ];
    expect(consentTemplateOf(sendable({ templates }))?.messageTemplateId).toBe('ask');
  });

  it('still shows one that may not be sent now, so that its reason is seen', () => {
    const templates = [template('ask', { allowed: false })];
    expect(consentTemplateOf(sendable({ templates }))?.messageTemplateId).toBe('ask');
  });
});

describe('cannotAsk', () => {
  it.each([
    ['no template at all', sendable({ templates: [] }), true],
    [
      'a Consent Template, though not now',
      sendable({ templates: [template('ask', { allowed: false })] }),
      false,
    ],
    [
      'another template may go',
      sendable({ templates: [template('order', { type: 'utility', asksFor: null })] }),
      false,
    ],
    ['writing is open', sendable({ templates: [], freeText: { allowed: true } }), false],
  ])('%s', (_, now, expected) => {
    expect(cannotAsk(now)).toBe(expected);
  });
});
