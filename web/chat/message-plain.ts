/**
 * Characters that turn the direction of what follows: embeddings, overrides and isolates. A customer's text is shown
 * in a direction of its own (`dir="auto"`), so none of them is needed, and an override makes `gpj.exe` out of
 * `exe.jpg`. Marks of direction (LRM, RLM, ALM) only order neighbours and stay.
 *
 * https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
 */
const TURNS = /[\u202A-\u202E\u2066-\u2069]/g;
/** Controls that no text needs; line breaks and tabs stay. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const CONTROLS = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/** Text from outside as it may be shown: without what turns its neighbours round. What is stored stays as it came. */
export function plainText(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(TURNS, '').replace(CONTROLS, '');
}

/** In one line, for a quotation or a name; tall stacks of accents are cut to what letters have. */
export function oneLine(text: string, longest: number): string {
  const line = flattened(plainText(text.slice(0, 4_000)))
    .replace(/\s+/g, ' ')
    .trim();
  const letters = lettersOf(line);
  return letters.length <= longest ? line : `${letters.slice(0, longest).join('')}…`;
}

/** At most four marks above or below a letter, more than any language writes. */
export function flattened(text: string): string {
  return text.replace(/(\p{M}{4})\p{M}+/gu, '$1');
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
function lettersOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** What a reader sees before asking for the rest: this many characters, or lines. */
const SHOWN = 1_200;
const SHOWN_LINES = 24;

/** The beginning of a long text, and how many characters are left out; null where it is short enough to be shown whole. */
export function beginningOf(text: string): { beginning: string; left: number } | null {
  let end = text.length > SHOWN * 1.5 ? SHOWN : text.length;
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) {
    lines += 1;
    if (lines === SHOWN_LINES) {
      end = at;
      break;
    }
  }
  if (end === text.length) return null;
  // Not within a letter: neither a pair of code units nor a letter and its accents.
  const { segment = '', index = end } = segmenter.segment(text.slice(0, end + 64)).containing(end) ?? {};
  const whole = index === end ? end : index + segment.length;
  return whole >= text.length ? null : { beginning: text.slice(0, whole), left: text.length - whole };
}

const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3)/u;

/** How many emoji a text is made of, up to three and nothing else; 0 for any other text. Such a message is shown large. */
export function emojiAlone(text: string): number {
  const trimmed = text.replace(/\s/g, '');
  if (trimmed === '' || trimmed.length > 60) return 0;
  const letters = lettersOf(trimmed);
  return letters.length <= 3 && letters.every((letter) => EMOJI.test(letter)) ? letters.length : 0;
}
