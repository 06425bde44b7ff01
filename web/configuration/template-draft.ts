import type { z } from 'zod';
import { fitsSession } from '../../src/core/message-template.ts';
import type { Binding } from '../../src/core/template.ts';
import type { PurposeName as PurposeSchema } from '../../src/http/schemas/common.ts';
import type { MessageTemplateInput, TemplateType } from '../../src/http/schemas/templates.ts';
import { translate } from '../i18n/i18n.ts';

/** In the order in which a customer meets them. What each is called and for stands in the texts. */
export const templateTypes: TemplateType[] = ['consent', 'opt-in', 'opt-out', 'utility', 'marketing'];

export function templateTypeName(type: TemplateType): string {
  return translate(`configuration:templateTypes.${type}.name`);
}

/** The name with what it is for. */
export function templateTypeExplained(type: TemplateType): string {
  return translate(`configuration:templateTypes.${type}.explained`);
}

/** Opt-In and Opt-Out Templates read what customers write; the others are sent. */
export function readsAnswers(type: TemplateType): boolean {
  return type === 'opt-in' || type === 'opt-out';
}

export type PurposeName = z.infer<typeof PurposeSchema>;
type Bindings = Record<string, Binding>;

/** A message template while it is edited: nothing is missing, so that every field has a value. */
export type TemplateDraft = {
  name: string;
  type: TemplateType;
  recordType: string;
  /** What a Consent Template asks for. */
  purpose: PurposeName;
  whatsappTemplate: { name: string; language: string } | null;
  bindings: Bindings;
  keywords: { text: string; language: string }[];
  reply: string;
  /** Language → reply; a language without one gets `reply`. */
  replies: Record<string, string>;
  keywordsAreStopWords: boolean;
};

export function emptyDraft(type: TemplateType, recordType: string): TemplateDraft {
  return {
    name: '',
    type,
    recordType,
    purpose: 'service',
    whatsappTemplate: null,
    bindings: {},
    keywords: [],
    reply: '',
    replies: {},
    keywordsAreStopWords: false,
  };
}

export function draftOf(input: MessageTemplateInput): TemplateDraft {
  return {
    name: input.name,
    type: input.type,
    recordType: input.recordType,
    purpose: input.session === 'marketing' ? 'marketing' : 'service',
    whatsappTemplate: input.whatsappTemplate ?? null,
    bindings: bindingsOf(input.bindings ?? {}),
    keywords: (input.keywords ?? []).map(({ text, language = '' }) => ({ text, language })),
    reply: input.reply?.text ?? '',
    replies: input.reply?.texts ?? {},
    keywordsAreStopWords: input.keywordsAreStopWords ?? false,
  };
}

/** A marketing template keeps the session that it was saved with. */
function sessionOf({ type, purpose }: TemplateDraft): MessageTemplateInput['session'] {
  const session = purpose === 'marketing' ? 'marketing' : 'utility';
  return fitsSession({ type, session }) ? session : 'utility';
}

/** What is saved: only what the type uses; empty keywords and replies are left out. */
export function inputOf(draft: TemplateDraft): MessageTemplateInput {
  const common: Pick<MessageTemplateInput, 'name' | 'type' | 'recordType' | 'session'> = {
    name: draft.name.trim(),
    type: draft.type,
    recordType: draft.recordType,
    session: sessionOf(draft),
  };
  if (!readsAnswers(draft.type)) {
    return {
      ...common,
      whatsappTemplate: draft.whatsappTemplate,
      bindings: completeBindings(draft.bindings),
    };
  }
  const keywords = draft.keywords
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, language }) => (language === '' ? { text: text.trim() } : { text: text.trim(), language }));
  const texts = Object.fromEntries(Object.entries(draft.replies).filter(([, text]) => text.trim() !== ''));
  return {
    ...common,
    keywords,
    reply: draft.reply.trim() === '' && Object.keys(texts).length === 0 ? null : { text: draft.reply, texts },
    ...(draft.type === 'opt-out' ? { keywordsAreStopWords: draft.keywordsAreStopWords } : {}),
  };
}

function bindingsOf(saved: NonNullable<MessageTemplateInput['bindings']>): Bindings {
  const entries = Object.entries(saved).map(([key, binding]): [string, Binding] =>
    'text' in binding ? [key, binding] : [key, { column: binding.column, fallback: binding.fallback ?? '' }],
  );
  return Object.fromEntries(entries);
}

/** A fixed text that is still to be written is no binding yet; a fallback of nothing is none. */
function completeBindings(bindings: Bindings): Bindings {
  const entries = Object.entries(bindings)
    .filter(([, binding]) => !('text' in binding) || binding.text.trim() !== '')
    .map(([key, binding]): [string, Binding] => {
      const empty = 'column' in binding && (binding.fallback ?? '').trim() === '';
      return [key, empty ? { column: binding.column } : binding];
    });
  return Object.fromEntries(entries);
}

export function sameDraft(a: TemplateDraft, b: TemplateDraft): boolean {
  return JSON.stringify(inputOf(a)) === JSON.stringify(inputOf(b));
}
