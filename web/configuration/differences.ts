import english from '../i18n/en/words.ts';
import { translate } from '../i18n/i18n.ts';

const nothing = () => translate('configuration:audit.nothing');

export type Difference = { field: string; before: string; after: string };

/** What differs between two states of something, field by field; `field` is empty where they are no objects. */
export function differencesOf(before: unknown, after: unknown): Difference[] {
  if (!isObject(before) && !isObject(after)) {
    return same(before, after) ? [] : [{ field: '', before: wordsOf(before), after: wordsOf(after) }];
  }
  const old = isObject(before) ? before : {};
  const now = isObject(after) ? after : {};
  const fields = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return fields
    .filter((field) => !same(old[field], now[field]))
    .map((field) => ({ field: spaced(field), before: wordsOf(old[field]), after: wordsOf(now[field]) }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function same(a: unknown, b: unknown): boolean {
  return wordsOf(a) === wordsOf(b);
}

function wordsOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return nothing();
  if (value === true) return translate('configuration:audit.yes');
  if (value === false) return translate('configuration:audit.no');
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? nothing() : value.map(itemWords).join(', ');
  const parts = Object.entries(value);
  return parts.length === 0 ? nothing() : parts.map(([key, inner]) => `${key}: ${wordsOf(inner)}`).join('; ');
}

/** An item of a list by its values alone: `Yes, I Agree (en)`. */
function itemWords(item: unknown): string {
  if (!isObject(item)) return wordsOf(item);
  const [first = nothing(), ...rest] = Object.values(item).map(wordsOf);
  return rest.length === 0 ? first : `${first} (${rest.join(', ')})`;
}

/** The words of a field; one without any reads as it is spelled: `askBefore` → `ask before` */
function spaced(name: string): string {
  if (isKnown(name)) return translate(`configuration:audit.names.${name}`);
  return name.replace(/([a-z])([A-Z0-9])/g, '$1 $2').toLowerCase();
}

function isKnown(name: string): name is keyof (typeof english)['configuration']['audit']['names'] {
  return Object.hasOwn(english.configuration.audit.names, name);
}
