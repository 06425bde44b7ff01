import type { Scope } from './state.ts';

/** What is explored. Nothing goes wrong that a scope does not name. */
const NOTHING_WRONG = {
  nodes: 2,
  crashes: 0,
  pauses: 0,
  duplicates: 0,
  throttles: 0,
  cuts: 0,
  poisons: 0,
  skews: 0,
  statuses: false,
} satisfies Partial<Scope>;

/** Small enough to be explored to every end in seconds; together they have each fault once. */
export const SHORT: Scope[] = [
  { ...NOTHING_WRONG, name: 'a stop against two texts', acts: ['stop'], sends: ['text', 'text'], pauses: 1 },
  { ...NOTHING_WRONG, name: 'a stop and a crash', acts: ['stop'], sends: ['text'], crashes: 1, pauses: 1 },
  {
    ...NOTHING_WRONG,
    name: 'a stop delivered twice',
    acts: ['stop'],
    sends: ['text'],
    duplicates: 1,
    pauses: 1,
    skews: 1,
  },
  {
    ...NOTHING_WRONG,
    name: 'a question, No, and a text',
    acts: ['no'],
    sends: ['consent', 'text'],
    throttles: 1,
  },
  {
    ...NOTHING_WRONG,
    name: 'Yes, then No on one question',
    acts: ['yes', 'no'],
    sends: ['consent'],
    cuts: 1,
  },
  {
    ...NOTHING_WRONG,
    name: 'a stop that waits to be applied',
    acts: ['stop'],
    sends: ['text'],
    poisons: 1,
    crashes: 1,
  },
  {
    ...NOTHING_WRONG,
    name: 'a cut connection',
    acts: [],
    sends: ['text', 'text'],
    cuts: 1,
    crashes: 1,
    pauses: 1,
    statuses: true,
  },
];

/** Explored to every end by `npm run model`. */
export const LONG: Scope[] = [
  {
    ...NOTHING_WRONG,
    name: 'Yes, then No, a cut connection and statuses',
    acts: ['yes', 'no'],
    sends: ['consent'],
    cuts: 1,
    statuses: true,
  },
  {
    ...NOTHING_WRONG,
    name: 'stop, two texts, everything once',
    acts: ['stop'],
    sends: ['text', 'text'],
    crashes: 1,
    pauses: 1,
    duplicates: 1,
    throttles: 1,
    cuts: 1,
  },
  {
    ...NOTHING_WRONG,
    name: 'Yes, No, question and text, a crash and a pause',
    acts: ['yes', 'no'],
    sends: ['consent', 'text'],
    crashes: 1,
    pauses: 1,
  },
  {
    ...NOTHING_WRONG,
    name: 'stop, start, a text, twice delivered',
    acts: ['stop', 'start'],
    sends: ['text'],
    duplicates: 1,
    pauses: 1,
    poisons: 1,
  },
];

/** Too large to explore: walked at random. */
export const BEYOND: Scope[] = [
  {
    ...NOTHING_WRONG,
    name: 'three nodes, five acts, five sends',
    nodes: 3,
    acts: ['yes', 'stop', 'talk', 'yes', 'no'],
    sends: ['consent', 'text', 'text', 'consent', 'text'],
    crashes: 2,
    pauses: 3,
    duplicates: 2,
    throttles: 2,
    cuts: 2,
    poisons: 1,
    skews: 1,
    statuses: true,
  },
  {
    ...NOTHING_WRONG,
    name: 'two nodes, stop and start and answers',
    acts: ['no', 'start', 'stop', 'start', 'yes', 'stop'],
    sends: ['consent', 'text', 'consent', 'text'],
    crashes: 3,
    pauses: 3,
    duplicates: 3,
    throttles: 1,
    cuts: 1,
    poisons: 1,
    skews: 1,
    statuses: true,
  },
];

/** Driven through the product on a real database. */
export const SAMPLED: Scope[] = [
  {
    ...NOTHING_WRONG,
    name: 'a stop against two texts, for real',
    acts: ['stop'],
    sends: ['text', 'text'],
    crashes: 1,
    pauses: 2,
    duplicates: 2,
    throttles: 1,
    cuts: 1,
    poisons: 1,
    statuses: true,
  },
  {
    ...NOTHING_WRONG,
    name: 'answers and words, for real',
    acts: ['yes', 'no', 'stop', 'start', 'talk'],
    sends: ['consent', 'text', 'consent', 'text'],
    crashes: 1,
    pauses: 2,
    duplicates: 1,
    throttles: 1,
    cuts: 1,
    poisons: 1,
    statuses: true,
  },
];
