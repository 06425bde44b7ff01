import { expect, test } from 'vitest';
import { labelIn } from './labels.ts';

const LABELS = { en: 'Contact', es: 'Contacto', 'pt-BR': 'Contato' };

test.each([
  [['es'], 'Contacto'],
  [['es-MX'], 'Contacto'],
  [['pt-PT', 'es'], 'Contato'],
  [['PT-br'], 'Contato'],
  [['ar', 'es'], 'Contacto'],
  [['ar'], 'Kontakt'],
  [[], 'Kontakt'],
])('for who speaks %j it is %s', (wanted, label) => {
  expect(labelIn(LABELS, wanted, 'Kontakt')).toBe(label);
});

test('a CRM without translations has its own words', () => {
  expect(labelIn(null, ['es'], 'Contact')).toBe('Contact');
});
