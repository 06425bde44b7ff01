import { expect, it } from 'vitest';
import type { SendableTemplate } from '../../src/http/schemas/chat.ts';
import { matchingTemplates } from './template-search.ts';

const template = (name: string, body: string): SendableTemplate => ({
  messageTemplateId: name,
  name,
  type: 'utility',
  asksFor: null,
  answerHasField: false,
  allowed: true,
  language: 'es',
  languages: ['es'],
  preview: { header: null, body, footer: null, buttons: [] },
  missing: [],
});
const all = [template('Visit', 'Su cita es mañana'), template('Parcel', 'Su envío llegó')];
const found = (search: string) => matchingTemplates(all, search).map(({ name }) => name);

it('finds a template by words of its name or wording, whatever their accents and order', () => {
  expect(found('')).toEqual(['Visit', 'Parcel']);
  expect(found('manana')).toEqual(['Visit']);
  expect(found('LLEGO envio')).toEqual(['Parcel']);
  expect(found('parcel mañana')).toEqual([]);
});
