/** Mentions in a note that is being written: `@` and the beginning of a colleague's name before the caret. */
export interface MentionDraft {
  /** Where the `@` stands. */
  start: number;
  /** What was typed after it. */
  query: string;
}

/** Names are up to this long, and three words of one are enough to find anybody. */
const LONGEST = 40;

/** Null where the caret is in no mention. An `@` inside a word, as in an e-mail address, begins none. */
export function mentionAt(text: string, caret: number): MentionDraft | null {
  const before = text.slice(0, caret);
  const start = before.lastIndexOf('@');
  if (start === -1 || /[\p{L}\p{N}._-]$/u.test(before.slice(0, start))) return null;
  const query = before.slice(start + 1);
  if (query.length > LONGEST || /[\n\r]|^\s|\s\s/.test(query) || query.split(' ').length > 3) return null;
  return { start, query };
}

/** Colleagues a mention may mean, best first: whose name, or a word of it, begins so. */
export function matching<Person extends { name: string }>(
  people: readonly Person[],
  query: string,
): Person[] {
  const wanted = folded(query);
  const rank = ({ name }: Person): number => {
    const full = folded(name);
    if (full.startsWith(wanted)) return 0;
    return full.split(/\s+/).some((word) => word.startsWith(wanted)) ? 1 : 2;
  };
  return people
    .filter((person) => rank(person) < 2)
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** Without case and accents: "Åsa" is found by "asa". */
const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();

/** The text with the mention written out and a space after it, and where the caret then stands. */
export function withMention(
  text: string,
  { start, query }: MentionDraft,
  name: string,
): { text: string; caret: number } {
  const after = text.slice(start + 1 + query.length).replace(/^ /, '');
  const before = `${text.slice(0, start)}@${name} `;
  return { text: before + after, caret: before.length };
}

/** Ids of the picked people whose mention still stands in the text. */
export function mentionsIn(text: string, picked: readonly { id: string; name: string }[]): string[] {
  return [...new Set(picked.filter(({ name }) => text.includes(`@${name}`)).map(({ id }) => id))];
}
