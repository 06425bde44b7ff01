import { describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { changedSettings, mergedSettings, sameSettings } from './settings-changes.ts';

const base = DEFAULT_SETTINGS;

describe('settings that two administrators change', () => {
  it('go together where they are different ones', () => {
    const mine = { ...base, holdDays: 3 };
    const theirs = { ...base, businessName: 'Fabrikam' };
    expect(mergedSettings(base, mine, theirs)).toEqual({ ...base, holdDays: 3, businessName: 'Fabrikam' });
  });

  it('go together where both say the same', () => {
    const both = { ...base, countriesNoAskAfterRefusal: ['DE'] };
    expect(mergedSettings(base, both, { ...both, holdDays: 3 })).toEqual({ ...both, holdDays: 3 });
  });

  it('do not where both changed one of them', () => {
    expect(mergedSettings(base, { ...base, holdDays: 3 }, { ...base, holdDays: 4 })).toBeNull();
  });

  it('are sent by what differs alone', () => {
    expect(changedSettings(base, { ...base, holdDays: 3 })).toEqual({ holdDays: 3 });
    expect(
      sameSettings(base, { ...base, countriesNoAskAfterRefusal: [...base.countriesNoAskAfterRefusal] }),
    ).toBe(true);
  });
});
