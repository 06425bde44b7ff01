import { describe, expect, it, test } from 'vitest';
import { difference, lastHour, nextHour, type Standing, tooMany } from './crm-compare.ts';
import { RECORD_TYPE_DEFAULTS, type RecordType } from './record-type.ts';

const type: RecordType = {
  ...RECORD_TYPE_DEFAULTS,
  table: 'contact',
  displayName: 'Contact',
  phoneColumns: ['phone'],
  nameColumn: 'name',
  complianceField: 'allow',
  marketingField: 'news',
};
const nothing: Standing = { decided: {}, writing: [] };

describe('a record is compared', () => {
  const base = { name: 'Ana', phone: '1', allow: true, news: null };
  it.each<[string, Partial<typeof base>, Partial<Record<string, unknown>>, Standing, unknown]>([
    ['nothing differs', {}, {}, nothing, null],
    ['a name', {}, { name: 'Ann' }, nothing, { kind: 'values', shown: { name: 'Ana' } }],
    ['the field', {}, { allow: false }, nothing, { kind: 'field', shown: { allow: true } }],
    ['a field that we are writing', {}, { allow: false }, { decided: {}, writing: ['allow'] }, null],
    [
      'a name beside a field that we are writing',
      {},
      { allow: false, name: 'Ann' },
      { decided: {}, writing: ['allow'] },
      { kind: 'values', shown: { name: 'Ana' } },
    ],
    [
      'both say Yes and the ledger says No',
      {},
      {},
      { decided: { service: 'denied' }, writing: [] },
      { kind: 'field', shown: { allow: true } },
    ],
    [
      'the ledger says the same',
      {},
      {},
      { decided: { service: 'granted', marketing: 'none' }, writing: [] },
      null,
    ],
    [
      'marketing was granted and its field is empty',
      {},
      {},
      { decided: { marketing: 'granted' }, writing: [] },
      { kind: 'field', shown: { news: null } },
    ],
  ])('%s', (_, crm, mirror, standing, expected) => {
    const held: Record<string, string | boolean | null> = { ...base };
    for (const [name, value] of Object.entries(mirror))
      held[name] = typeof value === 'string' || typeof value === 'boolean' ? value : null;
    expect(difference(type, { ...base, ...crm }, held, standing)).toEqual(expected);
  });

  it('a “Do not contact” of No without a grant is an empty field', () => {
    const forbids: RecordType = { ...type, polarity: 'forbids', marketingField: null };
    const no = { allow: false };
    expect(difference(forbids, no, no, { decided: { service: 'none' }, writing: [] })).toBeNull();
    expect(difference(forbids, no, no, { decided: { service: 'granted' }, writing: [] })).toBeNull();
    expect(difference(forbids, no, no, { decided: { service: 'denied' }, writing: [] })?.kind).toBe('field');
  });
});

test('more than a tenth, and more than a hundred, is no drift', () => {
  expect([tooMany(100, 100), tooMany(101, 100), tooMany(101, 2_000), tooMany(201, 2_000)]).toEqual([
    false,
    true,
    false,
    true,
  ]);
});

describe('the hour', () => {
  const at = (text: string): number => Date.parse(text);
  it.each([
    ['UTC', 3, '2026-05-12T12:00:00Z', '2026-05-12T03:00:00Z', '2026-05-13T03:00:00Z'],
    ['UTC', 3, '2026-05-12T02:59:59Z', '2026-05-11T03:00:00Z', '2026-05-12T03:00:00Z'],
    ['UTC', 3, '2026-05-12T03:00:00Z', '2026-05-12T03:00:00Z', '2026-05-13T03:00:00Z'],
    ['America/Sao_Paulo', 0, '2026-05-12T02:00:00Z', '2026-05-11T03:00:00Z', '2026-05-12T03:00:00Z'],
    ['Pacific/Kiritimati', 23, '2026-05-12T12:00:00Z', '2026-05-12T09:00:00Z', '2026-05-13T09:00:00Z'],
    // 2:00 to 3:00 is skipped that night.
    ['Europe/Berlin', 2, '2026-03-29T12:00:00Z', '2026-03-29T01:00:00Z', '2026-03-30T00:00:00Z'],
  ])('in %s at %i, seen at %s', (zone, hour, now, last, next) => {
    expect(new Date(lastHour(zone, hour, at(now))).toISOString()).toBe(new Date(last).toISOString());
    expect(new Date(nextHour(zone, hour, at(now))).toISOString()).toBe(new Date(next).toISOString());
  });
});
