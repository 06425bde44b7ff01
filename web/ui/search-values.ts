/** Values of an address, as somebody may have typed them: undefined where they are not what they should be. */

export const oneOf = <T extends string>(names: readonly T[], value: unknown): T | undefined =>
  names.find((name) => name === value);

export const textUpTo = (longest: number, value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= longest ? value : undefined;

/** A time as the API writes it: `2026-03-01T12:00:00.000Z`. */
export function timeIn(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const time = new Date(value);
  return Number.isNaN(time.getTime()) || time.toISOString() !== value ? undefined : value;
}
