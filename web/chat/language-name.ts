const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' });

/** Meta's language code in words: `pt_BR` is "Brazilian Portuguese". A code nobody knows stays as it is. */
export function languageName(code: string): string {
  try {
    return names.of(code.replaceAll('_', '-')) ?? code;
  } catch {
    return code;
  }
}
