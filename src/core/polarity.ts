import { normalise } from './normalise.ts';
import type { Polarity } from './record-type.ts';

/** The words of a Yes/No column, in every language that the CRM has them in. */
export interface ColumnWords {
  name: string;
  labels: readonly string[];
  yes: readonly string[];
  no: readonly string[];
}

/**
 * What Yes in a column most likely means. Its option labels speak for themselves where they are more than Yes and No
 * (“Do Not Allow” and “Allow”); else its name and its labels do (“Do not contact”). A proposal, for a person to check.
 */
export function proposedPolarity({ name, labels, yes, no }: ColumnWords): Polarity {
  const [yesForbids, noForbids] = [yes.some(isNegative), no.some(isNegative)];
  if (yesForbids !== noForbids) return yesForbids ? 'forbids' : 'allows';
  return FORBIDDING_NAME.test(name) || labels.some(isNegative) ? 'forbids' : 'allows';
}

/** `donotphone`, `new_do_not_contact`, `cr1_optedout`; the prefix of a publisher may stand before it. */
const FORBIDDING_NAME =
  /(^|_)(do_?not|dont|no_?(contact|call|whatsapp|messag)|opt(ed)?_?out|unsubscribed?|suppress)|nao_?(contatar|enviar|permitir)/i;

/** In English, Spanish, Portuguese and Arabic, as `normalise` leaves them. A bare “No” forbids nothing. */
const NEGATIVE = [
  /\b(do not|don t|must not|may not|not allow|never (contact|call|write|message)|opt(ed)? ?out|unsubscribed?|no (contact|calls|messages|whatsapp))\b/,
  /\bno (permit|contactar|enviar|llamar|escribir|molestar|desea|quiere|autoriza)/,
  /\bnao (permit|contatar|contactar|enviar|ligar|escrever|perturbar|deseja|quer|autoriza)/,
  /(^| )(عدم|ممنوع|رفض)( |$)/,
  /(^| )(لا|بدون) [\u0600-\u06ff]/,
];

function isNegative(words: string): boolean {
  const text = normalise(words);
  return NEGATIVE.some((pattern) => pattern.test(text));
}
