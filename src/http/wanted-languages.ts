/** More than a person speaks. */
const MOST = 10;

/**
 * The languages that a request asks for, best first. Pages name the one they speak; others what their user set.
 * https://www.rfc-editor.org/rfc/rfc9110#name-accept-language
 */
export function wantedLanguages(header: string | undefined): string[] {
  return (header ?? '')
    .split(',', MOST)
    .map((part) => {
      const [tag = '', ...parameters] = part.split(';').map((one) => one.trim());
      const quality = parameters.find((one) => one.startsWith('q='))?.slice(2);
      return { tag, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ tag, quality }) => /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(tag) && quality > 0)
    .sort((one, other) => other.quality - one.quality)
    .map(({ tag }) => tag);
}
