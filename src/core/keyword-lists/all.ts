import { ar } from './ar.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import { hi } from './hi.ts';
import { id } from './id.ts';
import { it } from './it.ts';
import type { KeywordList } from './list.ts';
import { nl } from './nl.ts';
import { WORDS_ONLY } from './others.ts';
import { pt } from './pt.ts';
import { tr } from './tr.ts';

/** Every language's list. All are active for every customer; the order only decides which rule is named. */
export const KEYWORD_LISTS: readonly KeywordList[] = [
  en,
  es,
  pt,
  fr,
  de,
  it,
  nl,
  hi,
  ar,
  id,
  tr,
  ...WORDS_ONLY,
];
