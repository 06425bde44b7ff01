import { expect, describe as group, test } from 'vitest';
import { chanceOf } from '../faults/nodes.ts';
import { describe, exploreAll, walk } from './explore.ts';
import { counterexampleOf, MUTANTS } from './mutants.ts';
import { PROTOCOL, type Rules } from './rules.ts';
import { BEYOND, SHORT } from './scopes.ts';

/** The short form of `npm run model`; docs/model.md says what is modelled. */
group('every run of a small scope keeps the promises', () => {
  test.each(SHORT)('$name', (scope) => {
    const { found, ...figures } = exploreAll(scope, PROTOCOL);
    expect(found === null ? null : `${found.promise}: ${describe(found.trace)}`).toBe(null);
    console.log(`${scope.name}: ${JSON.stringify(figures)}`);
  });
});

group('runs at random of a large scope keep the promises', () => {
  test.each(BEYOND)('$name', (scope) => {
    const { found } = walk(scope, PROTOCOL, 2_000, chanceOf(20_261_129));
    expect(found === null ? null : `${found.promise}: ${describe(found.trace)}`).toBe(null);
  });
});

group('each rule is needed', () => {
  test('each has its mutant', () => {
    const rules = Object.keys(PROTOCOL) as (keyof Rules)[];
    expect(MUTANTS.map((mutant) => mutant.without).sort()).toEqual(rules.sort());
  });

  test.each(MUTANTS)('without $without: $says', (mutant) => {
    const found = counterexampleOf(mutant);
    expect(found?.promise).toBe(mutant.breaks);
    console.log(`without ${mutant.without}, ${found?.why}:\n  ${describe(found?.trace ?? [])}`);
  });
});
