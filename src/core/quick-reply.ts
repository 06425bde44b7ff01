/**
 * Texts that agents insert with `/` and a short name. A text may hold variables in braces, which are filled when it is
 * inserted, before the agent's eyes: `Hello {name}`.
 */
export const QUICK_REPLY_VARIABLES = ['name', 'firstName', 'agent'] as const;
export type QuickReplyVariable = (typeof QUICK_REPLY_VARIABLES)[number];

/** What the variables stand for in one conversation; an empty one stays as it is written, to be seen and replaced. */
export type QuickReplyValues = Readonly<Record<QuickReplyVariable, string>>;

/**
 * What the variables stand for: `customer` is the name shown in the chat, which may be a number; `agent` who writes.
 */
export function quickReplyValues(customer: string, agent: string): QuickReplyValues {
  // A number in the place of a name is no name to greet with.
  const name = /\p{L}/u.test(customer) ? customer : '';
  return { name, firstName: name.split(/\s+/)[0] ?? '', agent };
}

/** Puts the values in. A variable without a value stays as it is written, so that whoever sends sees it. */
export function fillQuickReply(text: string, values: QuickReplyValues): string {
  return text.replace(/\{(\w+)\}/g, (whole, word: string) => {
    const variable = QUICK_REPLY_VARIABLES.find((one) => one.toLowerCase() === word.toLowerCase());
    return variable === undefined || values[variable] === '' ? whole : values[variable];
  });
}

/** Variables of a text that nothing fills: what the form warns of. */
export function unknownVariables(text: string): string[] {
  const known = new Set(QUICK_REPLY_VARIABLES.map((one) => one.toLowerCase()));
  const found = [...text.matchAll(/\{(\w+)\}/g)].map(([, word = '']) => word);
  return [...new Set(found.filter((word) => !known.has(word.toLowerCase())))];
}

/** What an agent is typing after a slash, and where it stands; null where the caret is not in such a word. */
export interface SlashWord {
  typed: string;
  from: number;
  to: number;
}

/** The word after a slash that the caret (UTF-16 units from the start) is in. */
export function slashWordAt(text: string, caret: number): SlashWord | null {
  const before = /(?:^|\s)\/([\p{L}\p{N}_-]{0,32})$/u.exec(text.slice(0, caret));
  if (before === null) return null;
  const typed = before[1] ?? '';
  const rest = /^[\p{L}\p{N}_-]*/u.exec(text.slice(caret))?.[0].length ?? 0;
  return { typed, from: caret - typed.length - 1, to: caret + rest };
}

/** Replies that fit what is typed: whose short name begins so, then whose name or text holds it, each in their order. */
export function matchingReplies<Reply extends { shortcut: string; text: string }>(
  replies: readonly Reply[],
  typed: string,
): Reply[] {
  const wanted = fold(typed);
  const rank = ({ shortcut, text }: Reply) => {
    if (fold(shortcut).startsWith(wanted)) return 0;
    if (fold(shortcut).includes(wanted)) return 1;
    return fold(text).includes(wanted) ? 2 : 3;
  };
  return replies
    .map((reply) => ({ reply, rank: rank(reply) }))
    .filter((one) => one.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .map(({ reply }) => reply);
}

/** Without case and accents: `Envío` is found by `envio`. */
function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
