import { applyStep, type Broken, brokenAtEnd } from './apply.ts';
import type { Rules } from './rules.ts';
import { copyState, initialState, keyOf, type Scope, type State } from './state.ts';
import { enabledSteps, type Step } from './steps.ts';

export interface Counterexample extends Broken {
  trace: Step[];
}

export interface Explored {
  states: number;
  transitions: number;
  /** Different whole runs through these states: paths from the beginning to an end. */
  interleavings: number;
  /** Steps of the longest run. */
  depth: number;
  found: Counterexample | null;
}

/** Lock bit of a state that is being explored: a way back into it would be a run without an end. */
const OPEN = -1;

/**
 * Every run of a scope to its end. A state is explored once however it is reached, as what may happen next hangs on the
 * state alone; the runs through it are counted. Depth first, so that a run without an end shows as a way back.
 */
export function exploreAll(scope: Scope, rules: Rules, mostStates = Number.POSITIVE_INFINITY): Explored {
  const runs = new Map<string, number>();
  const heights: Map<string, number> = new Map();
  const result: Explored = { states: 0, transitions: 0, interleavings: 0, depth: 0, found: null };
  const trace: Step[] = [];
  const visit = (state: State, key: string): number => {
    runs.set(key, OPEN);
    result.states += 1;
    if (result.states > mostStates) throw new Error(`more than ${mostStates} states`);
    let paths = 0;
    let height = 0;
    const steps = enabledSteps(state, scope, rules);
    if (steps.length === 0) {
      const broken = brokenAtEnd(state);
      if (broken !== null) result.found = { ...broken, trace: [...trace] };
      paths = 1;
    }
    for (const step of steps) {
      const next = copyState(state);
      trace.push(step);
      const broken = applyStep(next, step, scope, rules);
      result.transitions += 1;
      if (broken !== null) result.found = { ...broken, trace: [...trace] };
      if (result.found !== null) return 0;
      const nextKey = keyOf(next);
      const known = runs.get(nextKey);
      if (known === OPEN) throw new Error(`a run without an end: ${describe(trace)}`);
      paths += known ?? visit(next, nextKey);
      if (result.found !== null) return 0;
      height = Math.max(height, 1 + (heights.get(nextKey) ?? 0));
      trace.pop();
    }
    runs.set(key, paths);
    heights.set(key, height);
    return paths;
  };
  const first = initialState(scope);
  result.interleavings = visit(first, keyOf(first));
  result.depth = heights.get(keyOf(first)) ?? 0;
  return result;
}

/** The shortest run that breaks a promise, by breadth; null where none does within `mostStates`. */
export function shortestCounterexample(
  scope: Scope,
  rules: Rules,
  mostStates: number,
): Counterexample | null {
  interface Reached {
    state: State;
    step: Step | null;
    from: Reached | null;
  }
  const trace = (last: Reached, step: Step | null): Step[] => {
    const steps: Step[] = step === null ? [] : [step];
    for (let one: Reached | null = last; one !== null; one = one.from)
      if (one.step !== null) steps.unshift(one.step);
    return steps;
  };
  const first = initialState(scope);
  const seen = new Set([keyOf(first)]);
  let layer: Reached[] = [{ state: first, step: null, from: null }];
  while (layer.length > 0 && seen.size < mostStates) {
    const next: Reached[] = [];
    for (const reached of layer) {
      const steps = enabledSteps(reached.state, scope, rules);
      const atEnd = steps.length === 0 ? brokenAtEnd(reached.state) : null;
      if (atEnd !== null) return { ...atEnd, trace: trace(reached, null) };
      for (const step of steps) {
        const state = copyState(reached.state);
        const broken = applyStep(state, step, scope, rules);
        if (broken !== null) return { ...broken, trace: trace(reached, step) };
        const key = keyOf(state);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push({ state, step, from: reached });
      }
    }
    layer = next;
  }
  return null;
}

export interface Walked {
  runs: number;
  /** Runs that no other run of this walk equals, by a 53-bit hash of their steps. */
  different: number;
  steps: number;
  longest: number;
  found: Counterexample | null;
}

/** Whole runs at random, where a scope is too large to be explored. */
export function walk(scope: Scope, rules: Rules, runs: number, chance: () => number): Walked {
  const seen = new Set<number>();
  const result: Walked = { runs: 0, different: 0, steps: 0, longest: 0, found: null };
  while (result.runs < runs && result.found === null) {
    const { trace, broken } = walkOnce(scope, rules, chance);
    result.runs += 1;
    result.steps += trace.length;
    result.longest = Math.max(result.longest, trace.length);
    seen.add(hashOf(trace));
    if (broken !== null) result.found = { ...broken, trace };
  }
  result.different = seen.size;
  return result;
}

export function walkOnce(
  scope: Scope,
  rules: Rules,
  chance: () => number,
  among: (state: State, steps: Step[]) => Step[] = (_state, steps) => steps,
): { trace: Step[]; broken: Broken | null; state: State } {
  const state = initialState(scope);
  const trace: Step[] = [];
  for (;;) {
    const steps = among(state, enabledSteps(state, scope, rules));
    const step = steps[Math.floor(chance() * steps.length)];
    if (step === undefined) return { trace, broken: brokenAtEnd(state), state };
    trace.push(step);
    const broken = applyStep(state, step, scope, rules);
    if (broken !== null) return { trace, broken, state };
  }
}

/** Of these, those that leave each transaction in one piece, as on an engine with one connection. */
export function oneTransactionAtATime(state: State, steps: Step[]): Step[] {
  const noting = state.nodes.findIndex((node) => node.ingest?.phase === 'committed');
  if (noting !== -1) return steps.filter((step) => step.do === 'ingest-note' && step.node === noting);
  if (state.lock === -1) return steps;
  return steps.filter(
    (step) => step.node === state.lock >> 1 && /^(ingest-(decide|commit)|claim-(judge|commit))/.test(step.do),
  );
}

function hashOf(trace: readonly Step[]): number {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (const step of trace) {
    const code =
      (step.do.length * 31 + step.do.charCodeAt(step.do.length - 1)) * 4096 +
      (step.node + 1) * 256 +
      (step.item + 1) * 16 +
      step.with +
      1;
    high = Math.imul(high ^ code, 0x01000193) ^ (low >>> 13);
    low = Math.imul(low ^ code, 0x5bd1e995) ^ (high >>> 15);
  }
  return (high >>> 0) * 0x200000 + (low >>> 11);
}

/** A run in words. */
export function describe(trace: readonly Step[]): string {
  return trace
    .map((step) => {
      const node = step.node === -1 ? '' : ` ${String.fromCharCode(65 + step.node)}`;
      const item = step.item === -1 ? '' : ` ${step.item}`;
      return `${step.do}${node}${item}${step.with === -1 ? '' : `+${step.with}`}`;
    })
    .join(' → ');
}
