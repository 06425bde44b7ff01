/**
 * Evidence is JSON of any shape; here it becomes lines of a name and a text. An object inside becomes lines of its own
 * under its name (`Request, wording hash`), a list of objects stays JSON. Nothing is left out but what is empty.
 */
export function evidenceFacts(evidence: Readonly<Record<string, unknown>>, under = ''): [string, string][] {
  return Object.entries(evidence).flatMap(([name, value]): [string, string][] => {
    const term = under === '' ? sentenceCase(words(name)) : `${under}, ${words(name)}`;
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

/** `wordingHash` reads "wording hash". */
function words(name: string): string {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ')
    .toLowerCase();
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
