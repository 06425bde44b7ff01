/** Emoji and signs that can stand beside a yes and leave it one; hearts, thumbs and smiles, and what people decorate with. */
const AGREES =
  '👍👌✅☑✔🆗💯🙏🤝👏🙌💪🙂😊☺😀😃😄😁😇🤗🥰😍🤩🥳❤♥🧡💛💚💙💜🤍🤎💕💖💗💓💞🎉🎊✨⭐🌟🌹🌸🌷🌺💐‼^`´~～';

/**
 * What takes an agreement back: question marks of any script, what is struck out (`~yes~` in WhatsApp, or lines through
 * the letters), a frown in signs, and every emoji or sign that is not known to agree.
 */
const AGAINST = new RegExp(
  [
    String.raw`[?¿؟⸮՞፧᥅⁇⁈⁉‽﹖︖？⳺⳻꘏꛷\u037e]`,
    String.raw`\p{Script=Greek}\s*;`,
    '[~～][^~～]+[~～]',
    String.raw`[\u0334-\u0338\u20d2\u20d3\u20d8-\u20da\u20dd-\u20e0\u20e5\u20e6\u20ea\u20eb]`,
    String.raw`[:;=]['’-]?[(\[{/\\|<]`,
    String.raw`(?![${AGREES}]|\p{Emoji_Modifier})[\p{S}\p{Extended_Pictographic}]`,
  ].join('|'),
  'gu',
);

/**
 * Whether a text may be taken for a yes, or for START, where its letters say so: no question, not struck out, and no sign
 * that may mean the opposite. What stands in our own `wording` too ("Yes 🚀") takes nothing back. A refusal is never
 * asked this. Signs that are not on the list leave it talk, and a person reads it.
 */
export function mayMeanYes(text: string, wording = ''): boolean {
  const ours: readonly string[] = wording.match(AGAINST) ?? [];
  const said: readonly string[] = text.match(AGAINST) ?? [];
  return said.every((sign) => ours.includes(sign));
}
