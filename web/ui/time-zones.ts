/** The IANA names of the zones this browser knows; UTC, which browsers leave out of their list, first. */
export function timeZones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
}

export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Those that hold every word of a search: "sao paulo" finds America/Sao_Paulo. */
export function zonesMatching(zones: string[], search: string): string[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return zones.filter((zone) => words.every((word) => plain(zone).includes(word)));
}

const plain = (text: string): string =>
  text.normalize('NFKD').replace(/\p{M}/gu, '').replace(/[_/]/g, ' ').toLowerCase();
