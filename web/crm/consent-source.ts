import english from '../i18n/en/words.ts';
import { translate } from '../i18n/i18n.ts';

type Source = keyof (typeof english)['crm']['source'];

/** Where a decision came from, in words; a source nobody knows is shown as it is. */
export function sourceWords(source: string): string {
  return isKnown(source) ? translate(`crm:source.${source}`) : source;
}

function isKnown(source: string): source is Source {
  return Object.hasOwn(english.crm.source, source);
}
