import { describe, expect, it } from 'vitest';
import { ownTimeZone, timeZones, zonesMatching } from './time-zones.ts';

describe('the list of time zones', () => {
  it('has UTC once, and the zone one is in', () => {
    expect(timeZones().filter((zone) => zone === 'UTC')).toEqual(['UTC']);
    expect(timeZones()).toContain(ownTimeZone());
  });

  it.each([
    ['são paulo', ['America/Sao_Paulo']],
    ['Sao_Paulo', ['America/Sao_Paulo']],
    ['america sao', ['America/Sao_Paulo']],
    ['  ', ['America/Sao_Paulo', 'Asia/Dubai']],
    ['atlantis', []],
  ])('%j', (search, found) => {
    expect(zonesMatching(['America/Sao_Paulo', 'Asia/Dubai'], search)).toEqual(found);
  });
});
