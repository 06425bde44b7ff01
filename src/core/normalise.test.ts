import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise } from './normalise.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)))
    .map((units) => units.join('')),
  fc
    .array(
      fc.constantFrom(
        'ᄀ',
        'ᅡ',
        'ᆨ',
        '\u0301',
        '\u0653',
        'ا',
        '\u200d',
        'ß',
        'İ',
        'ı',
        'ς',
        '\u09c7',
        '\u09be',
        'ﷺ',
        '1\ufe0f\u20e3',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('normalise', () => {
  it('gives any string a form, and that form to itself', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = normalise(text);
        expect(normalise(once)).toBe(once);
        expect(once).toBe(once.trim());
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['ＳＴＯＰ', 'stop'],
    ['Stop!!', 'stop'],
    ['stoppppp', 'stop'],
    ['Stopp', 'stopp'],
    ['🛑 stop 🛑', 'stop'],
    ['opt-out', 'opt out'],
    ['İPTAL', 'iptal'],
    ['IPTAL', 'iptal'],
    ['ıptal', 'iptal'],
    ['Straße', 'strasse'],
    ['ΣΤΟΠΟΣ', 'στοποσ'],
    ['désabonner', 'desabonner'],
    ['de\u0301sabonner', 'desabonner'],
    ['تَوَقَّفْ', 'توقف'],
    ['تـــوقف', 'توقف'],
    ['إلغاء', 'الغاء'],
    ['کی', 'كي'],
    ['١٢٣ ۴۵۶ ७८९', '123 456 789'],
    ['\u202bتوقف\u202c', 'توقف'],
    ['st\u200bo\u2060p\ufeff', 'stop'],
    ['  sto\tp\n\n', 'sto p'],
    ['1️⃣', '1'],
    ['', ''],
    ['👍🏽', ''],
  ])('reads %j as %j', (text, form) => {
    expect(normalise(text)).toBe(form);
  });

  it('keeps the vowel signs of Devanagari', () => {
    expect(normalise('बंद करें।')).toBe('बंद करें'.normalize('NFC'));
  });

  it('survives lone surrogates and marks without end', () => {
    expect(normalise('st\ud800op')).toBe('st op');
    expect(normalise(`s${'\u0301\u0316'.repeat(30_000)}top`)).toBe('stop');
    expect(normalise('\u05b0\u05b1'.repeat(30_000))).toHaveLength(30);
    expect(normalise('\u0f77'.repeat(20))).toHaveLength(30);
  });
});
