import { createHash } from 'node:crypto';

/** Meta's deepest payload is about ten levels; `JSON.parse` itself takes a million. */
const MAX_DEPTH = 64;

/**
 * The value as PostgreSQL can hold it, in `text` and in `jsonb`: NUL characters and lone surrogates (WhatsApp cuts
 * names in the middle of an emoji) become U+FFFD, a number JSON cannot write becomes null, and what nests deeper than
 * 64 levels becomes a line with its hash. What needs nothing comes back as it is. The bytes as they came are kept
 * elsewhere, so nothing is lost by this.
 */
export function storable(value: unknown): unknown {
  return isStorable(value, 0) ? value : madeStorable(value, 0);
}

/** Nearly everything is; looking costs a fraction of a copy. */
function isStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isStorableText(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth >= MAX_DEPTH) return false;
  if (Array.isArray(value)) return value.every((item) => isStorable(item, depth + 1));
  for (const key of Object.keys(value)) {
    const item: unknown = Reflect.get(value, key);
    if (!isStorableText(key) || !isStorable(item, depth + 1)) return false;
  }
  return true;
}

function madeStorable(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return storableText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return `[nested too deeply, sha256 ${digestOf(value)}]`;
  if (Array.isArray(value)) return value.map((item) => madeStorable(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [storableText(key), madeStorable(item, depth + 1)]),
  );
}

const isStorableText = (text: string): boolean => text.isWellFormed() && !text.includes('\u0000');

function storableText(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed();
}

/** SHA-256, hex, of a JSON value, the same whatever order its keys came in. Walks without recursion: any depth. */
export function digestOf(value: unknown): string {
  const hash = createHash('sha256');
  const todo: ({ text: string } | { value: unknown })[] = [{ value }];
  for (let step = todo.pop(); step !== undefined; step = todo.pop()) {
    if ('text' in step) {
      hash.update(step.text);
    } else if (typeof step.value !== 'object' || step.value === null) {
      hash.update(JSON.stringify(step.value) ?? 'undefined').update(',');
    } else if (Array.isArray(step.value)) {
      hash.update('[');
      todo.push({ text: ']' });
      for (let index = step.value.length - 1; index >= 0; index--) todo.push({ value: step.value[index] });
    } else {
      hash.update('{');
      todo.push({ text: '}' });
      const entries = Object.entries(step.value).sort(([a], [b]) => (a < b ? 1 : -1));
      for (const [key, item] of entries) todo.push({ value: item }, { text: `${JSON.stringify(key)}:` });
    }
  }
  return hash.digest('hex');
}
