import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  canonicalJson,
  type ErasureMark,
  lineHash,
  personalHash,
  type StoredLine,
  verifyChain,
} from './evidence.ts';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** RFC 8785 for the values used here, written apart from the code under test. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
}

function chain(length: number): StoredLine[] {
  const lines: StoredLine[] = [];
  for (let seq = 1; seq <= length; seq += 1) {
    const personal = { salt: `salt ${seq}`, content: { phone: '+4915112345678', text: `nein ${seq} ☎` } };
    const line = {
      contactPointId: 'c1',
      seq,
      act: 'stop-word',
      purposes: ['service', 'marketing'],
      at: `2026-05-12T09:00:0${seq}.000Z`,
      receivedAt: `2026-05-12T09:00:0${seq}.437Z`,
      source: 'stop-word',
      actor: 'customer',
      detail: { rule: 'stop:de:stopp', listVersion: '3', nested: { b: 1, a: null } },
      personalHash: personalHash(sha256, personal.salt, personal.content),
    };
    const prevHash = lines.at(-1)?.hash ?? null;
    lines.push({ ...line, prevHash, hash: lineHash(sha256, line, prevHash), personal });
  }
  return lines;
}

const headOf = (lines: readonly StoredLine[]) => ({
  contactPointId: 'c1',
  seq: lines.at(-1)?.seq ?? 0,
  hash: lines.at(-1)?.hash ?? null,
});
const faults = (lines: readonly StoredLine[], head = headOf(chain(4))): string[] =>
  verifyChain(sha256, lines, head).map(
    ({ contactPointId, seq, fault }) => `${contactPointId}/${seq} ${fault}`,
  );
/** The chain with its third line changed. */
const changed = (change: Partial<StoredLine>): StoredLine[] =>
  chain(4).map((line) => (line.seq === 3 ? { ...line, ...change } : line));

test('a chain as it was written has no fault, an empty one neither', () => {
  expect(faults(chain(4))).toEqual([]);
  expect(faults([], { contactPointId: 'c1', seq: 0, hash: null })).toEqual([]);
});

test('a stranger computes the same hashes', () => {
  let prevHash: string | null = null;
  for (const { hash, personal, prevHash: stored, ...line } of chain(4)) {
    expect(line.personalHash).toBe(sha256(`${personal?.salt}\n${canonical(personal?.content)}`));
    expect(stored).toBe(prevHash);
    expect(hash).toBe(sha256(canonical({ ...line, prevHash })));
    prevHash = hash;
  }
});

describe('what was changed is found', () => {
  test.each<[keyof StoredLine, Partial<StoredLine>]>([
    ['act', { act: 'start-word' }],
    ['purposes', { purposes: ['marketing'] }],
    ['at', { at: '2026-05-12T09:00:03.001Z' }],
    ['receivedAt', { receivedAt: '2026-05-12T09:00:03.438Z' }],
    ['source', { source: 'button' }],
    ['actor', { actor: null }],
    ['detail', { detail: { rule: 'stop:de:stopp', listVersion: '3', nested: { b: 1 } } }],
    ['contactPointId', { contactPointId: 'c2' }],
  ])('%s', (_field, change) => {
    expect(faults(changed(change))).toEqual([`${change.contactPointId ?? 'c1'}/3 hash`]);
  });

  test('the number of a line', () => {
    expect(faults(changed({ seq: 7 }))).toEqual(['c1/7 gap', 'c1/7 hash', 'c1/4 gap']);
  });

  test('the hash of a line', () => {
    expect(faults(changed({ hash: 'f'.repeat(64) }))).toEqual(['c1/3 hash', 'c1/4 previous']);
  });

  test('the hash of the line before', () => {
    expect(faults(changed({ prevHash: null }))).toEqual(['c1/3 previous', 'c1/3 hash']);
  });

  test('the salted hash of the personal part', () => {
    expect(faults(changed({ personalHash: null }))).toEqual(['c1/3 hash', 'c1/3 personal']);
  });

  test('the personal part, or its salt', () => {
    const content = { phone: '+4915112345678', text: 'ja 3' };
    expect(faults(changed({ personal: { salt: 'salt 3', content } }))).toEqual(['c1/3 personal']);
    const [, , third] = chain(4);
    expect(faults(changed({ personal: { salt: 'other', content: third?.personal?.content } }))).toEqual([
      'c1/3 personal',
    ]);
  });

  test('a line whose hash was made anew breaks the next', () => {
    const [, second, third] = chain(4);
    if (second === undefined || third === undefined) throw new Error('four lines were made');
    const { prevHash, hash: _, personal: __, ...line } = { ...third, act: 'start-word' };
    expect(faults(changed({ act: 'start-word', hash: lineHash(sha256, line, prevHash) }))).toEqual([
      'c1/4 previous',
    ]);
  });
});

describe('what is missing is found', () => {
  test('the tail', () => {
    expect(faults(chain(4).slice(0, 3))).toEqual(['c1/4 head']);
  });

  test('everything', () => {
    expect(faults([])).toEqual(['c1/4 head']);
  });

  test('the first line', () => {
    expect(faults(chain(4).slice(1))).toEqual(['c1/2 gap', 'c1/2 previous']);
  });

  test('a line in the middle, or two in another order', () => {
    const [first, second, third, fourth] = chain(4);
    const lines = [first, third, second, fourth].filter((line) => line !== undefined);
    expect(faults(lines.filter((line) => line.seq !== 2))).toEqual(['c1/3 gap', 'c1/3 previous']);
    expect(faults(lines)).toContain('c1/3 gap');
  });

  test('a line that was added', () => {
    const lines = chain(5);
    expect(faults(lines)).toEqual(['c1/4 head']);
  });
});

describe('a personal part that is gone', () => {
  const bare = changed({ personal: null });
  const mark = (
    act: 'erased' | 'merged',
    contactPointId: string,
    seq: number,
    otherChain: string | null = null,
  ) => ({
    act,
    contactPointId,
    seq,
    otherChain,
  });
  const missing = (...marks: ErasureMark[]) =>
    verifyChain(sha256, bare, headOf(chain(4)), marks).map(({ seq, fault }) => `${seq} ${fault}`);

  test('is a fault', () => {
    expect(faults(bare)).toEqual(['c1/3 personal-missing']);
  });

  test.each<[what: string, marks: ErasureMark[], faults: string[]]>([
    ['an erasure after it', [mark('erased', 'c1', 4)], []],
    ['the erasure itself', [mark('erased', 'c1', 3)], []],
    ['an erasure before it', [mark('erased', 'c1', 2)], ['3 personal-missing']],
    ['somebody else’s erasure', [mark('erased', 'c2', 4)], ['3 personal-missing']],
    ['its survivor’s', [mark('merged', 'c2', 1, 'c1'), mark('erased', 'c2', 2)], []],
    [
      'its survivor’s before they were merged',
      [mark('erased', 'c2', 1), mark('merged', 'c2', 2, 'c1')],
      ['3 personal-missing'],
    ],
    [
      'its survivor’s survivor’s',
      [mark('merged', 'c2', 1, 'c1'), mark('merged', 'c3', 1, 'c2'), mark('erased', 'c3', 2)],
      [],
    ],
    [
      'chains that say they took in each other',
      [mark('merged', 'c2', 1, 'c1'), mark('merged', 'c1', 1, 'c2')],
      ['3 personal-missing'],
    ],
  ])('and %s', (_, marks, expected) => {
    expect(missing(...marks)).toEqual(expected);
  });

  test('reads the erasure among the lines themselves', () => {
    const line = {
      contactPointId: 'c1',
      seq: 5,
      act: 'erased',
      purposes: [],
      at: '2026-05-13T09:00:00.000Z',
      receivedAt: '2026-05-13T09:00:00.000Z',
      source: 'erasure',
      actor: 'Test',
      detail: {},
      personalHash: sha256('gone'),
    };
    const prevHash = bare[3]?.hash ?? null;
    const lines = [...bare, { ...line, prevHash, hash: lineHash(sha256, line, prevHash), personal: null }];
    expect(faults(lines, headOf(lines))).toEqual([]);
  });
});

test('canonical JSON orders keys by UTF-16 units and refuses what is no JSON', () => {
  expect(canonicalJson({ b: [1.0, 1e21, 'é€'], '10': null, '9': true, a: { z: 0, y: -0 } })).toBe(
    '{"10":null,"9":true,"a":{"y":0,"z":0},"b":[1,1e+21,"é€"]}',
  );
  expect(() => canonicalJson(undefined)).toThrow(TypeError);
});
