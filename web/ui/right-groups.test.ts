import { expect, it } from 'vitest';
import { RIGHTS } from '../../src/core/rights.ts';
import { RIGHT_GROUPS } from './right-groups.ts';

it('shows every right once', () => {
  expect(RIGHT_GROUPS.flatMap(({ rights }) => rights).toSorted()).toEqual([...RIGHTS].toSorted());
});
