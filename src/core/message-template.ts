import type { TenantKeyword } from './keywords.ts';
import { type Binding, type HeldTemplate, servesTheSame } from './template.ts';

/** What an administrator builds on a WhatsApp template, or the two answer templates (product.md §2, §3.11). */
export interface MessageTemplateDefinition {
  name: string;
  type: 'consent' | 'opt-in' | 'opt-out' | 'utility' | 'marketing';
  recordType: string;
  session: 'utility' | 'marketing';
  whatsappTemplate: { name: string; language: string } | null;
  /** By variable (`variablesOf`). */
  bindings: Record<string, Binding>;
  keywords: { text: string; language?: string | undefined }[];
  reply: { text: string; texts?: Record<string, string> | undefined } | null;
  keywordsAreStopWords: boolean;
}

/**
 * Whether a template of this type may stand in the session: a Consent Template asks for consent to what the session sends, and a
 * marketing template is sent in the marketing one, or by hand. All others belong to the utility session (product.md §1).
 */
export const fitsSession = ({
  type,
  session,
}: Pick<MessageTemplateDefinition, 'type' | 'session'>): boolean =>
  session === 'utility' || type === 'consent' || type === 'marketing';

/** A published template with its live definition. */
export interface PublishedTemplate {
  id: string;
  version: number;
  definition: MessageTemplateDefinition;
  /** What it was published with, by language; null where a version before this published it, which kept nothing. */
  wording: Readonly<Record<string, HeldTemplate>> | null;
}

/**
 * Whether WhatsApp would serve another wording than the one published in this language (product.md §3.11). A language that was
 * added since was published by nobody, and is no change of one that was.
 */
export function wordingChanged(
  published: Pick<PublishedTemplate, 'wording'>,
  whatsapp: HeldTemplate & { language: string },
): boolean {
  const { wording } = published;
  if (wording === null || !Object.hasOwn(wording, whatsapp.language)) return false;
  const then = wording[whatsapp.language];
  return then !== undefined && !servesTheSame(then, whatsapp);
}

/**
 * Keywords of the published Opt-In and Opt-Out Templates of these record types, of all where none is given: what typed words
 * mean, and what the buttons of a Consent Template do (`labelMeanings`).
 */
export function tenantKeywords(
  published: readonly PublishedTemplate[],
  recordTypes: readonly string[],
): TenantKeyword[] {
  return published.flatMap(({ definition }) => {
    if (definition.type !== 'opt-in' && definition.type !== 'opt-out') return [];
    if (recordTypes.length > 0 && !recordTypes.includes(definition.recordType)) return [];
    const meaning: TenantKeyword['meaning'] =
      definition.type === 'opt-in' ? 'yes' : definition.keywordsAreStopWords ? 'stop' : 'no';
    return definition.keywords.map((keyword) => ({
      text: keyword.text,
      meaning,
      ...(keyword.language === undefined ? {} : { language: keyword.language }),
    }));
  });
}

/**
 * The text of an automatic answer in a language: exact, same base language, or the common text; null where none.
 * Languages are written `pt_BR` by Meta and `pt-BR` by browsers; a text left empty was not translated.
 */
export function replyText(definition: MessageTemplateDefinition, language: string | null): string | null {
  const { reply } = definition;
  if (reply === null) return null;
  const wanted = language === null ? [] : tags(language);
  const texts = Object.entries(reply.texts ?? {}).filter(([, text]) => text.trim() !== '');
  const exact = texts.find(([key]) => tags(key).join() === wanted.join());
  const sameBase = texts.find(([key]) => tags(key)[0] === wanted[0]);
  const text = (exact ?? sameBase)?.[1] ?? reply.text;
  return text.trim() === '' ? null : text;
}

const tags = (language: string): string[] => language.toLowerCase().split(/[-_]/);
