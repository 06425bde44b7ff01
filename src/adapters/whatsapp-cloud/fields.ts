import { z } from 'zod';

/** The small parts Meta's webhooks are made of. */

/** A part that may be there or not, judged by whoever uses it. */
export const anything = z.unknown().optional();

/** A name, code or reference of Meta's. Longer ones than 512 characters do not exist, and would not fit an index. */
export const shortText = z.string().min(1).max(512);

/** Ids are strings in messages and numbers in template events. Past 2^53 a number has lost its last digits. */
export const idText = z.union([
  shortText,
  z
    .number()
    .refine(Number.isInteger)
    .transform((id) => BigInt(id).toString()),
]);

/**
 * Unix seconds, a string in messages and statuses and a number elsewhere, as milliseconds. Ten digits, that is 2001 to
 * 2286: anything else is no time (zero, milliseconds, text).
 */
export const unixSeconds = z
  .union([z.string(), z.number()])
  .refine((seconds) => /^[1-9]\d{9}$/.test(String(seconds)), 'not a time in unix seconds')
  .transform((seconds) => Number(seconds) * 1000);

/** A part we can do without: absent when it is missing, null or of another shape. */
export function lenient<T extends z.ZodType>(schema: T) {
  return schema.optional().catch(undefined);
}

/** The first complaint, for a person: `timestamp: not a time in unix seconds`. */
export function complaint(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'does not fit';
  return issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`;
}

type OptionalKey<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];
type Known<T> = Omit<T, OptionalKey<T>> & { [K in OptionalKey<T>]?: Exclude<T[K], undefined> };

/** The object without its undefined keys: an update is plain JSON, where a key is there or it is not. */
export function known<const T extends object>(parts: T): Known<T> {
  const present = Object.entries(parts).filter(([, value]) => value !== undefined);
  // `Object.fromEntries` forgets the names of the keys; they are those of `parts`.
  return Object.fromEntries(present) as Known<T>;
}
