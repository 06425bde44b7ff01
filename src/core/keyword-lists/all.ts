import { en } from './en.ts';
import { es } from './es.ts';
import type { KeywordList } from './list.ts';
import { pt } from './pt.ts';

/** Every language's list. All are active for every customer; the order only decides which rule is named. */
export const KEYWORD_LISTS: readonly KeywordList[] = [en, es, pt];
