import { z } from 'zod';
import type { Labels } from '../../ports.ts';
import { languageOf } from './languages.ts';

/** Words of the organisation in all of its languages. */
export const Label = z.looseObject({
  UserLocalizedLabel: z.looseObject({ Label: z.string() }).nullish(),
  LocalizedLabels: z.array(z.looseObject({ Label: z.string(), LanguageCode: z.number() })).nullish(),
});

export interface Words {
  /** In the base language, or else as the application user reads it. */
  text: string;
  labels: Labels;
}

/** @param base LCID of the organisation's base language; null where it does not tell */
export function wordsOf(
  label: z.infer<typeof Label> | null | undefined,
  base: number | null,
  otherwise: string,
): Words {
  const localized = label?.LocalizedLabels ?? [];
  const text =
    localized.find((one) => one.LanguageCode === base)?.Label ??
    label?.UserLocalizedLabel?.Label ??
    localized[0]?.Label;
  const labels = localized.flatMap((one): [string, string][] => {
    const language = languageOf(one.LanguageCode);
    return language === null || one.Label.trim() === '' ? [] : [[language, one.Label]];
  });
  return {
    text: text === undefined || text.trim() === '' ? otherwise : text,
    labels: Object.fromEntries(labels),
  };
}
