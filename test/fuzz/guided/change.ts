import fc from 'fast-check';
import { hostileValue, mutate } from '../hostile.ts';

/** Numbers from 0 up to below 1, the same for the same seed. */
export type Chance = () => number;

/** What inputs are made of: the bytes of one changed, or its JSON, or two of them joined. */
export interface Changes {
  /** Changes one input; `other` is one that may lend a part. */
  change(input: Buffer, other: Buffer): Buffer;
}

/** Longer ones cost time and reach nothing that shorter ones do not; what is huge has its place in the other tests. */
const LONGEST = 16 * 1024;
const BYTES = [
  0, 1, 9, 10, 13, 32, 34, 39, 40, 41, 44, 45, 48, 58, 91, 92, 93, 123, 125, 127, 128, 192, 237, 255,
];

/** `words` are put in as they are: what the code under test compares with. */
export function createChanges(seed: number, chance: Chance, words: readonly string[]): Changes {
  const below = (limit: number): number => Math.floor(chance() * limit);
  const oneOf = <T>(all: readonly T[], otherwise: T): T => all[below(all.length)] ?? otherwise;
  const values = fc.sample(hostileValue, { seed, numRuns: 60 });
  const cut = (input: Buffer): { before: Buffer; part: Buffer; after: Buffer } => {
    const from = below(input.length + 1);
    // Mostly a few bytes, at times up to the end.
    const length = chance() < 0.8 ? below(9) : below(input.length - from + 1);
    return {
      before: input.subarray(0, from),
      part: input.subarray(from, from + length),
      after: input.subarray(from + length),
    };
  };

  const ofBytes = (input: Buffer, other: Buffer): Buffer => {
    const { before, part, after } = cut(input);
    switch (below(8)) {
      case 0:
        return Buffer.concat([before, after]);
      case 1:
        return Buffer.concat([before, part, part, after]);
      case 2:
        return Buffer.concat([before, Buffer.from(oneOf(words, '')), after]);
      case 3:
        return Buffer.concat([before, Buffer.from(oneOf(words, '')), part, after]);
      case 4:
        return Buffer.concat([before, Buffer.from([oneOf(BYTES, 0)]), part.subarray(1), after]);
      case 5:
        return Buffer.concat([before, cut(other).part, after]);
      case 6:
        return Buffer.concat([before, ...Array.from({ length: 2 ** below(8) }, () => part), after]);
      default: {
        const copy = Buffer.from(input);
        const at = below(copy.length);
        if (copy.length > 0) copy[at] = (copy[at] ?? 0) ^ (1 << below(8));
        return copy;
      }
    }
  };

  /** A value, or one of the words, or a part of the other input, at some place of the JSON. */
  const ofJson = (json: unknown, other: Buffer): Buffer => {
    const dice = chance();
    const lent = dice < 0.3 ? somePartOf(jsonOf(other), chance) : undefined;
    const by = lent ?? (dice < 0.6 ? oneOf<unknown>(words, null) : oneOf<unknown>(values, null));
    return Buffer.from(JSON.stringify(mutate(json, below(1e9), below(1e6), by)) ?? 'null');
  };

  return {
    change(input, other) {
      let made = input;
      do {
        const json = chance() < 0.5 ? jsonOf(made) : undefined;
        made = json === undefined ? ofBytes(made, other) : ofJson(json, other);
      } while (chance() < 0.4);
      return made.subarray(0, LONGEST);
    },
  };
}

function jsonOf(input: Buffer): unknown {
  try {
    return JSON.parse(input.toString());
  } catch {
    return undefined;
  }
}

/** Some value inside the value, or all of it. */
function somePartOf(value: unknown, chance: Chance): unknown {
  if (typeof value !== 'object' || value === null || chance() < 0.2) return value;
  const parts: unknown[] = Object.values(value);
  return parts.length === 0 ? value : somePartOf(parts[Math.floor(chance() * parts.length)], chance);
}
