import { describe, expect, test } from 'vitest';
import { MessageTemplateInput } from '../../src/http/schemas/templates.ts';
import { draftOf, emptyDraft, inputOf, sameDraft } from './template-draft.ts';

describe('a message template while it is edited', () => {
  test('what was saved comes back unchanged through the form', () => {
    const saved = {
      name: 'Ask for consent',
      type: 'consent',
      recordType: 'contact',
      session: 'utility',
      whatsappTemplate: { name: 'consent_request', language: 'en' },
      bindings: { 1: { column: 'firstname', fallback: 'there' }, 2: { text: 'Northwind' } },
    } as const;
    expect(inputOf(draftOf(saved))).toEqual(saved);
  });

  test('only a Consent Template asks for marketing', () => {
    const draft = { ...emptyDraft('consent', 'contact'), purpose: 'marketing' as const };
    expect(inputOf(draft).session).toBe('marketing');
    expect(draftOf(inputOf(draft)).purpose).toBe('marketing');
    expect(inputOf({ ...draft, type: 'utility' }).session).toBe('utility');
    const campaign = { ...inputOf(emptyDraft('marketing', 'contact')), session: 'marketing' as const };
    expect(inputOf(draftOf(campaign))).toEqual(campaign);
  });

  test('an answer template keeps its words and replies, and nothing that belongs to a sent one', () => {
    const draft = {
      ...emptyDraft('opt-out', 'contact'),
      name: ' No ',
      whatsappTemplate: { name: 'consent_request', language: 'en' },
      bindings: { 1: { text: 'left over' } },
      keywords: [
        { text: ' No, Thank You ', language: '' },
        { text: 'Não, obrigado', language: 'pt_BR' },
        { text: '   ', language: 'es' },
      ],
      reply: 'You will get no more messages.',
      replies: { es: ' ', pt_BR: 'Você não receberá mais mensagens.' },
      keywordsAreStopWords: true,
    };
    expect(inputOf(draft)).toEqual({
      name: 'No',
      type: 'opt-out',
      recordType: 'contact',
      session: 'utility',
      keywords: [{ text: 'No, Thank You' }, { text: 'Não, obrigado', language: 'pt_BR' }],
      reply: {
        text: 'You will get no more messages.',
        texts: { pt_BR: 'Você não receberá mais mensagens.' },
      },
      keywordsAreStopWords: true,
    });
  });

  test('no reply at all is saved as none', () => {
    expect(inputOf({ ...emptyDraft('opt-in', 'contact'), name: 'Yes' }).reply).toBeNull();
  });

  test('a binding without its text is not saved, so that publishing names the variable as unbound', () => {
    const draft = {
      ...emptyDraft('consent', 'contact'),
      bindings: { 1: { text: ' ' }, 2: { column: 'name', fallback: '' } },
    };
    expect(inputOf(draft).bindings).toEqual({ 2: { column: 'name' } });
  });

  test('the server accepts what the form sends', () => {
    const draft = {
      ...emptyDraft('consent', 'contact'),
      name: 'Ask',
      whatsappTemplate: { name: 'consent_request', language: 'en' },
    };
    expect(MessageTemplateInput.safeParse(inputOf(draft)).success).toBe(true);
  });

  test('two drafts are the same when they would be saved the same', () => {
    const draft = { ...emptyDraft('opt-in', 'contact'), name: 'Yes' };
    expect(sameDraft(draft, { ...draft, keywords: [{ text: '', language: 'es' }] })).toBe(true);
    expect(sameDraft(draft, { ...draft, keywords: [{ text: 'Sí', language: 'es' }] })).toBe(false);
  });
});
