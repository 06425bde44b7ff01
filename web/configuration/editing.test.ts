import { describe, expect, it } from 'vitest';
import { afterSave, beginEditing, discarding, keepingMine, type Saved, seeing } from './editing.ts';

type Values = { name: string; days: number };
const same = (a: Values, b: Values): boolean => JSON.stringify(a) === JSON.stringify(b);
const rules = { same };
const saved = (etag: string, name: string, days = 1): Saved<Values> => ({ etag, values: { name, days } });

const first = saved('"1"', 'Contact');
const theirs = saved('"2"', 'People');
const typed = { ...beginEditing(first), draft: { name: 'Persons', days: 1 } };

describe('a form while somebody else saves', () => {
  it('follows where nothing was typed', () => {
    expect(seeing(beginEditing(first), theirs, rules)).toEqual(beginEditing(theirs));
  });

  it('follows where both typed the same', () => {
    expect(seeing({ ...typed, draft: theirs.values }, theirs, rules)).toEqual(beginEditing(theirs));
  });

  it('keeps what was typed, and what it was typed on, beside what is saved now', () => {
    expect(seeing(typed, theirs, rules)).toEqual({ ...typed, seen: '"2"', theirs });
  });

  it('says nothing any more where it was changed back', () => {
    expect(seeing(seeing(typed, theirs, rules), first, rules)).toEqual(typed);
  });

  it('puts mine in the place of theirs on purpose alone', () => {
    const told = seeing(typed, theirs, rules);
    expect(told.base).toEqual(first);
    expect(keepingMine(told)).toEqual({ base: theirs, draft: typed.draft, seen: '"2"', theirs: null });
    expect(keepingMine(typed)).toBe(typed);
  });

  it('shows theirs where mine is given up, else what it began with', () => {
    expect(discarding(seeing(typed, theirs, rules))).toEqual(beginEditing(theirs));
    expect(discarding(typed)).toEqual(beginEditing(first));
  });

  it('is told of a third one too', () => {
    const third = saved('"3"', 'Folks');
    expect(seeing(keepingMine(seeing(typed, theirs, rules)), third, rules)).toMatchObject({
      base: theirs,
      draft: typed.draft,
      theirs: third,
    });
  });

  it('takes its own save for no news, and what the page still shows for none either', () => {
    const mine = saved('"4"', 'Persons');
    const after = afterSave(typed, mine, mine.values);
    expect(after).toEqual({ base: mine, draft: mine.values, seen: '"1"', theirs: null });
    expect(seeing(after, mine, rules)).toEqual(beginEditing(mine));
  });

  it('goes on where both changes go together', () => {
    const merge = (base: Values, draft: Values, other: Values): Values | null =>
      base.name === other.name ? { ...other, name: draft.name } : null;
    const beside = saved('"2"', 'Contact', 7);
    expect(seeing(typed, beside, { same, merge })).toEqual({
      ...beginEditing(beside),
      draft: { name: 'Persons', days: 7 },
    });
    expect(seeing(typed, theirs, { same, merge }).theirs).toEqual(theirs);
  });

  it('keeps what was typed where the thing was removed', () => {
    const gone = { etag: null, values: { name: '', days: 1 } };
    expect(seeing(typed, gone, rules)).toEqual({ ...typed, seen: null, theirs: gone });
  });
});
