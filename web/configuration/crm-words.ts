import english from '../i18n/en/words.ts';
import { translate } from '../i18n/i18n.ts';

type Known = keyof (typeof english)['configuration']['crmSync']['todo'];

/** What to do about a problem with the CRM; of one without words of its own, that it is tried again. */
export function todoFor(code: string): string {
  return translate(`configuration:crmSync.todo.${isKnown(code) ? code : 'other'}`);
}

/** The same about an entry on a timeline: other rights, and no column of the record. */
export function todoForTimeline(code: string): string {
  return code === 'missing-right' || code === 'refused'
    ? translate(`configuration:crmSync.timeline.todo.${code}`)
    : todoFor(code);
}

const isKnown = (code: string): code is Known => Object.hasOwn(english.configuration.crmSync.todo, code);
