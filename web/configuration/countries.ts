import { compareText, countryName } from '../i18n/locale.ts';

/** Region codes that name no country, and places whose telephones have another country's numbers. */
const noCountries = new Set([
  ...['EU', 'EZ', 'UN', 'QO', 'XA', 'XB', 'ZZ'],
  ...['AQ', 'BV', 'CP', 'CQ', 'DG', 'EA', 'GS', 'HM', 'IC', 'PN', 'TF', 'UM'],
]);

export type Country = { code: string; name: string };

/** Every country with numbers of its own that the browser can name in the language spoken now, by name. Codes that were replaced (DD, SU) are left out. */
export function listCountries(): Country[] {
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((code) => !noCountries.has(code) && new Intl.Locale(`und-${code}`).maximize().region === code)
    .flatMap((code) => {
      const name = countryName(code);
      return name === code ? [] : [{ code, name }];
    })
    .sort((a, b) => compareText(a.name, b.name));
}
