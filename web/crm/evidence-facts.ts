import english from '../i18n/en/words.ts';
import { translate } from '../i18n/i18n.ts';

/**
 * Evidence is JSON of any shape; here it becomes lines of a name and a text. An object inside becomes lines of its own
 * under its name (`Request: wording hash`), a list of objects stays JSON. Nothing is left out but what is empty.
 */
export function evidenceFacts(evidence: Readonly<Record<string, unknown>>, under = ''): [string, string][] {
  return Object.entries(evidence).flatMap(([name, value]): [string, string][] => {
    const term = under === '' ? words(name) : translate('crm:evidence.under', { under, name: words(name) });
    if (value === null || value === undefined || value === '') return [];
    if (typeof value === 'string') return [[term, value]];
    if (Array.isArray(value)) {
      const plain = value.every((one) => typeof one === 'string' || typeof one === 'number');
      return value.length === 0 ? [] : [[term, plain ? value.join(', ') : JSON.stringify(value, null, 2)]];
    }
    if (typeof value === 'object') return evidenceFacts({ ...value }, term);
    return [[term, String(value)]];
  });
}

/** The names that evidence is known to have; any other reads as it is spelled: `wordingHash`, "Wording hash". */
function words(name: string): string {
  if (isKnown(name)) return translate(`crm:evidence.names.${name}`);
  const spaced = name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function isKnown(name: string): name is keyof (typeof english)['crm']['evidence']['names'] {
  return Object.hasOwn(english.crm.evidence.names, name);
}
