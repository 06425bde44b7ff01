import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { messageQuery, namePatterns, numberPattern, searchForm, searchWords } from './search-text.ts';

/** LIKE, as PostgreSQL reads patterns that hold no escapes. */
const like = (text: string, pattern: string): boolean =>
  new RegExp(`^${pattern.split('%').join('.*')}$`, 's').test(text);

const findsName = (search: string, name: string): boolean =>
  namePatterns(search)?.every((pattern) => like(` ${searchForm(name)}`, pattern)) ?? false;

/** `'a' & 'b':*` over a list of words. */
const findsText = (search: string, text: string): boolean => {
  const words = searchWords(text);
  const query = messageQuery(search);
  if (query === null) return false;
  return query.split(' & ').every((term) => {
    const word = /'(.*)'/.exec(term)?.[1] ?? '';
    return words.some((one) => (term.endsWith(':*') ? one.startsWith(word) : one === word));
  });
};

describe('names', () => {
  test.each([
    ['ruiz', 'Ana Ruiz'],
    ['RUIZ', 'Ana Ruiz'],
    ['ana r', 'Ana Ruiz'],
    ['ruiz ana', 'Ana Ruiz'],
    ['iuz', 'Marta Aiuza'],
    ['jose', 'José Ñandú'],
    ['nandu', 'José Ñandú'],
    ['JOSÉ', 'jose'],
    ['strasse', 'Straße'],
    ['lukasz', 'Łukasz'],
    ['obrien', 'O’Brien'],
    ["o'brien", 'OBrien'],
    ['jean luc', 'Jean-Luc Picard'],
    ['мария', 'МАРИЯ Иванова'],
    ['иван', 'Мария Иванова'],
    ['أحمد', 'محمد احمد'],
    ['احمد', 'أَحْمَد العلي'],
    ['فاطمه', 'فاطمة'],
    ['محمد', 'مـحـمـد'],
    ['דוד', 'דָּוִד כהן'],
    ['王', '王伟明'],
    ['伟明', '王伟明'],
    ['김민', '김민수'],
    ['민수', '김민수'],
    ['さくら', '山田さくら'],
    ['สมชาย', 'คุณสมชาย'],
    ['ａｎａ', 'Ana'],
    ['a', 'Ana Ruiz'],
    ['🌸', 'Rosa 🌸'],
    ['ana', '\u202eAna\u202c Ruiz'],
  ])('%s finds %s', (search, name) => {
    expect(findsName(search, name)).toBe(true);
  });

  test.each([
    ['ruiz', 'Ana Ruis'],
    ['na', 'Ana Ruiz'],
    ['伟王', '王伟明'],
    ['王芳', '王伟明'],
    ['n_a', 'Ana'],
    ['r%z', 'Ruiz'],
  ])('%s does not find %s', (search, name) => {
    expect(findsName(search, name)).toBe(false);
  });

  test.each(['', '   ', '%', '_', '\\', "'", '\u202e', '...'])('“%s” asks nothing', (search) => {
    expect(namePatterns(search)).toBeNull();
    expect(messageQuery(search)).toBeNull();
  });

  test('the form is ASCII and holds nothing that LIKE or a tsquery reads', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(searchForm(text)).toMatch(/^([a-zA-Z0-9]+( [a-zA-Z0-9]+)*)?$/);
        expect(messageQuery(text) ?? '').toMatch(/^('[a-zA-Z0-9]+'(:\*)?( & )?)*$/);
        for (const word of searchWords(text)) expect(word).toMatch(/^[a-zA-Z0-9]+$/);
      }),
    );
  });

  test('a text finds itself, and its first words alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (text) => {
        fc.pre(namePatterns(text) !== null);
        expect(findsName(text, text)).toBe(true);
        expect(findsText(text, `Hello. ${text}, bye`)).toBe(true);
      }),
    );
  });

  test('one letter is never found inside another', () => {
    const letter = fc.integer({ min: 0x80, max: 0x2ffff }).map((code) => String.fromCodePoint(code));
    fc.assert(
      fc.property(letter, letter, (a, b) => {
        const [one, other] = [searchForm(a), searchForm(b)];
        fc.pre(one !== '' && other !== '' && one !== other && /^[XY]/.test(one) && /^[XY]/.test(other));
        fc.pre(![...other.matchAll(/[XY]/g)].some(({ index }) => other.slice(index).startsWith(one)));
        expect(other.includes(one)).toBe(false);
      }),
    );
  });

  test('hostile length costs little', () => {
    expect(searchForm('a'.repeat(65_000)).length).toBeLessThanOrEqual(4_000);
    expect(namePatterns('x '.repeat(500))?.length).toBeLessThanOrEqual(8);
    expect(searchWords('ﷺ'.repeat(65_000)).every((word) => word.length <= 120)).toBe(true);
  });
});

describe('numbers', () => {
  test.each([
    ['600', '%600%'],
    ['+34 600 11', '%3460011%'],
    ['(0) 600-11.22/3', '%60011223%'],
    ['07700 900', '%7700900%'],
    ['0034600', '%34600%'],
    ['٦٠٠ ١٢', '%60012%'],
    ['۶۰۰', '%600%'],
    ['९००', '%900%'],
    ['６００', '%600%'],
  ])('%s is part of a number', (search, pattern) => {
    expect(numberPattern(search)).toBe(pattern);
  });

  test.each(['60', 'ana', 'ana 600', '6%0', '6_0', ''])('%s is not', (search) => {
    expect(numberPattern(search)).toBeNull();
  });
});

describe('message text', () => {
  test.each([
    ['deliv', 'When is the delivery?'],
    ['delivery when', 'When is the delivery?'],
    ['envio', '¿Cuándo llega el ENVÍO?'],
    ['a-1234', 'Order A-1234 please'],
    ['发票', '请发票给我'],
    ['票', '请发票给我'],
    ['ใบเสร็จ', 'ขอใบเสร็จด้วย'],
    ['فاتورة', 'أريد فاتوره'],
  ])('%s finds %s', (search, text) => {
    expect(findsText(search, text)).toBe(true);
  });

  test.each([
    ['very', 'delivery'],
    ['de', 'delivery'],
    ['票发', '请发票给我'],
  ])('%s does not find %s', (search, text) => {
    expect(findsText(search, text)).toBe(false);
  });
});
