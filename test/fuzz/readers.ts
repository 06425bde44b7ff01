import { mayAnswer, readAnswer } from '../../src/core/answer.ts';
import { isReservedWord, readText } from '../../src/core/keywords.ts';
import { matchKey, parsePhone } from '../../src/core/phone.ts';
import {
  messageQuery,
  namePatterns,
  numberPattern,
  searchForm,
  searchWords,
  snippetOf,
} from '../../src/core/search-text.ts';

const context = {
  token: null,
  quotes: 'r1',
  follows: 'r1',
  requests: [
    { requestId: 'r1', at: 0, language: 'en', buttons: [{ label: 'Yes', meaning: 'yes' as const }] },
  ],
  keywords: [],
  holdContainsStop: true,
};

/** Whatever reads the texts of strangers, by name. None of them may throw. */
export const READERS: Record<string, (text: string) => unknown> = {
  readText: (text) => readText(text, []),
  isReservedWord,
  readAnswer: (text) => readAnswer({ kind: 'text', text }, context),
  mayAnswer: (text) => mayAnswer({ kind: 'text', text }, { ...context, asked: false }),
  parsePhone: (text) => parsePhone(text, 'DE'),
  parsePhoneOfNowhere: (text) => parsePhone(text),
  matchKey,
  searchForm,
  searchWords,
  namePatterns,
  numberPattern,
  messageQuery,
  snippet: (text) => snippetOf(text, text.slice(0, 60)),
};
