/** Region codes that name no country. */
const noCountries = new Set(['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ']);

const names = new Intl.DisplayNames(undefined, { type: 'region', fallback: 'none' });
const languageNames = new Intl.DisplayNames(undefined, { type: 'language', fallback: 'none' });

export type Country = { code: string; name: string };

export function countryName(code: string): string {
  return names.of(code) ?? code;
}

/** `pt_BR` (Meta's spelling) or `pt-BR` → "Brazilian Portuguese"; the code itself where the browser knows no name. */
export function languageName(code: string): string {
  try {
    return languageNames.of(code.replace('_', '-')) ?? code;
  } catch {
    return code;
  }
}

/** Every country the browser can name, by name. Codes that were replaced (DD, SU) are left out. */
export function listCountries(): Country[] {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((code) => !noCountries.has(code) && new Intl.Locale(`und-${code}`).maximize().region === code)
    .flatMap((code) => {
      const name = names.of(code);
      return name === undefined ? [] : [{ code, name }];
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}
