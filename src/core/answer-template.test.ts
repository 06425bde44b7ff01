import { describe, expect, test } from 'vitest';
import { type Answered, answerTemplate } from './answer-template.ts';
import type { PublishedTemplate } from './message-template.ts';

type Keyword = PublishedTemplate['definition']['keywords'][number];

const template = (
  id: string,
  type: 'opt-in' | 'opt-out',
  keywords: Keyword[],
  recordType = 'contact',
): PublishedTemplate => ({
  id,
  version: 1,
  definition: {
    name: id,
    type,
    recordType,
    session: 'utility',
    whatsappTemplate: null,
    bindings: {},
    keywords,
    reply: { text: id },
    keywordsAreStopWords: false,
  },
  wording: null,
});

const published = [
  template('lead agrees', 'opt-in', [{ text: 'Yes, I Agree' }], 'lead'),
  template('agrees', 'opt-in', [{ text: 'Yes, I Agree', language: 'en' }]),
  template('offers', 'opt-in', [
    { text: 'Yes, send me offers', language: 'en' },
    { text: 'Sí, acepto', language: 'es' },
    { text: 'OK', language: 'es' },
  ]),
  template('okay', 'opt-in', [{ text: 'OK' }]),
  template('refuses', 'opt-out', [{ text: 'No, Thank You' }]),
  template('no offers', 'opt-out', [{ text: 'No offers, please' }, { text: 'Keine Angebote' }]),
];

const asked = { type: 'opt-in', language: 'en', recordTypes: ['contact'] } as const;

describe('an automatic answer is of the template that knows what the customer said', () => {
  test.each<[string, Answered, string]>([
    ['the label that was tapped', { ...asked, words: ['Yes, send me offers'] }, 'offers'],
    ['the same, typed', { ...asked, words: ['yes send me OFFERS!'] }, 'offers'],
    ['the first template’s own label', { ...asked, words: ['Yes, I Agree'] }, 'agrees'],
    ['a word, by the label of its button', { ...asked, words: ['yes', 'Yes, send me offers'] }, 'offers'],
    ['what was said before the label', { ...asked, words: ['OK', 'Yes, send me offers'] }, 'okay'],
    ['a keyword of another language is none', { ...asked, words: ['Sí, acepto'] }, 'agrees'],
    ['in its own language, of a dialect', { ...asked, words: ['OK'], language: 'es_MX' }, 'offers'],
    ['no language is any', { ...asked, words: ['Sí, acepto'], language: null }, 'offers'],
    ['a word that none has: the first', { ...asked, words: ['sure'] }, 'agrees'],
    ['nothing said: the first', { ...asked, words: [] }, 'agrees'],
    ['punctuation alone is no keyword', { ...asked, words: ['…'] }, 'agrees'],
    ['a refusal', { ...asked, type: 'opt-out', words: ['No offers, please'] }, 'no offers'],
    ['a stop word of ours', { ...asked, type: 'opt-out', words: ['STOP'] }, 'refuses'],
    [
      'the record type that was asked first',
      { ...asked, recordTypes: ['lead', 'contact'], words: ['Yes, I Agree'] },
      'lead agrees',
    ],
    [
      'another of the customer’s types, where that one does not know it',
      { ...asked, recordTypes: ['lead', 'contact'], words: ['Yes, send me offers'] },
      'offers',
    ],
    [
      'never a type that is not the customer’s',
      { ...asked, recordTypes: ['lead'], words: ['OK'] },
      'lead agrees',
    ],
    ['any type where there is no record', { ...asked, recordTypes: [], words: ['OK'] }, 'okay'],
    ['any type where its own has none', { ...asked, recordTypes: ['account'], words: ['OK'] }, 'okay'],
  ])('%s', (_name, answered, expected) => {
    expect(answerTemplate(published, answered)?.id).toBe(expected);
  });

  test('none where none is published', () => {
    expect(answerTemplate([], { ...asked, words: ['yes'] })).toBeNull();
  });
});
