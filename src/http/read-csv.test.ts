import { describe, expect, test } from 'vitest';
import { readCsv } from './read-csv.ts';

const rowsOf = (text: string) => readCsv(Buffer.from(text)).rows.map((row) => row.values);

describe('the first line says what separates cells, and nothing else does', () => {
  test.each([
    ['a comma', 'name,note\nAna,likes tea; coffee\n', 'likes tea; coffee'],
    ['a semicolon', 'name;note\nAna;"Ruiz, Ana\tand friends"\n', 'Ruiz, Ana\tand friends'],
    ['a semicolon, and a comma below', 'name;note\nAna;1,5 hours\n', '1,5 hours'],
    ['a tab', 'name\tnote\nAna\tone, two; three\n', 'one, two; three'],
    ['a comma, with others in quotes', '"name","note"\n"Ana","a;b;c"\n', 'a;b;c'],
  ])('%s', (_, text, note) => {
    expect(rowsOf(text)).toEqual([{ name: 'Ana', note }]);
  });

  test('quotes in the first line hide what stands between them', () => {
    expect(rowsOf('"name;of;them",note\nAna,x\n')).toEqual([{ 'name;of;them': 'Ana', note: 'x' }]);
  });

  test('one column needs none', () => {
    expect(rowsOf('name\nRuiz, Ana\n')).toEqual([]);
    expect(rowsOf('name\nAna\n')).toEqual([{ name: 'Ana' }]);
  });
});

test('a row with more cells than columns is left out with its line; empty ones at its end are none', () => {
  const { rows, bad } = readCsv(Buffer.from('name,note\nAna,tea,+12025550143\nBen,milk,,\nCem\n'));
  expect(bad).toEqual([
    {
      line: 2,
      code: 'cells-too-many',
      message: 'There are 3 cells, where the first line names 2 columns.',
    },
  ]);
  expect(rows).toEqual([
    { line: 3, values: { name: 'Ben', note: 'milk' } },
    { line: 4, values: { name: 'Cem', note: '' } },
  ]);
});

test('of two columns of one name the first counts, and both are named', () => {
  const { header, rows } = readCsv(Buffer.from('name,name\nAna,Ben\n'));
  expect(header).toEqual(['name', 'name']);
  expect(rows).toEqual([{ line: 2, values: { name: 'Ana' } }]);
});

describe('a file is read as what it is', () => {
  const text = 'name\nZoë Müller – Łódź\n';
  const utf16be = Buffer.from(text, 'utf16le').swap16();
  test.each([
    ['utf-8', Buffer.from(text)],
    ['utf-8', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])],
    ['utf-16le', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])],
    ['utf-16be', Buffer.concat([Buffer.from([0xfe, 0xff]), utf16be])],
  ])('%s', (encoding, bytes) => {
    expect(readCsv(bytes)).toMatchObject({
      encoding,
      header: ['name'],
      rows: [{ line: 2, values: { name: 'Zoë Müller – Łódź' } }],
    });
  });

  test('windows-1252, as Excel on Windows writes it', () => {
    // "Zoë Müller – €5": 0x96 and 0x80 are a dash and the euro sign there, and nothing in Latin-1.
    const bytes = Buffer.from('name\nZo\xeb M\xfcller \x96 \x805\n', 'latin1');
    expect(readCsv(bytes)).toMatchObject({
      encoding: 'windows-1252',
      rows: [{ values: { name: 'Zoë Müller – €5' } }],
    });
  });
});

test.each([[undefined], [new Uint8Array()], [Buffer.from(' \n ')]])('nothing is no file', (body) => {
  expect(() => readCsv(body)).toThrow('The file is empty');
});
