import { sameLanguage } from './language.ts';

/**
 * Words of the CRM in the first of the wanted languages that it has them in, its dialects included; else `otherwise`,
 * the words in its base language.
 */
export function labelIn(
  labels: Readonly<Record<string, string>> | null | undefined,
  wanted: readonly string[],
  otherwise: string,
): string {
  const all = Object.entries(labels ?? {});
  for (const language of wanted) {
    const exact = all.find(([tag]) => tag.toLowerCase() === language.toLowerCase());
    const found = exact ?? all.find(([tag]) => sameLanguage(tag, language));
    if (found !== undefined) return found[1];
  }
  return otherwise;
}
