import { sameLanguage } from './language.ts';
import type { PublishedTemplate } from './message-template.ts';
import { keywordForm } from './publish-keywords.ts';

export interface Answered {
  /** What the customer did was taken as. */
  type: 'opt-in' | 'opt-out';
  /**
   * What they tapped or typed, first, and the labels that the request they answered has for it: who types “yes” says what the
   * button says.
   */
  words: readonly string[];
  language: string | null;
  /** The type of the record that was asked, then those of the customer's other records in their order. */
  recordTypes: readonly string[];
}

/**
 * The Opt-In or Opt-Out Template whose automatic answer fits (product.md §3.6): of the customer's record types, the one that
 * has their words among its keywords in their language. Where none has them, as with a stop word of our own list, the
 * first of the first record type that has any; of all types where a customer has no record.
 */
export function answerTemplate(
  published: readonly PublishedTemplate[],
  { type, words, language, recordTypes }: Answered,
): PublishedTemplate | null {
  const ofType = published.filter((one) => one.definition.type === type);
  const theirs = recordTypes.flatMap((recordType) =>
    ofType.filter((one) => one.definition.recordType === recordType),
  );
  const candidates = theirs.length > 0 ? theirs : ofType;
  for (const word of words) {
    const found = candidates.find((one) => hasKeyword(one, word, language));
    if (found !== undefined) return found;
  }
  return candidates[0] ?? null;
}

function hasKeyword({ definition }: PublishedTemplate, word: string, language: string | null): boolean {
  const form = keywordForm(word);
  return definition.keywords.some(
    (keyword) =>
      (keyword.language === undefined || language === null || sameLanguage(keyword.language, language)) &&
      form !== '' &&
      keywordForm(keyword.text) === form,
  );
}
