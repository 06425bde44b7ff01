import type { Binding } from '../../src/core/template.ts';
import type { MessageTemplateInput, TemplateType } from '../../src/http/schemas/templates.ts';

/** What a screen calls each template type, and what it is for. */
export const templateTypes: { type: TemplateType; name: string; purpose: string }[] = [
  {
    type: 'consent',
    name: 'Consent Template',
    purpose: 'The question. It is the only one that may be sent to a customer whose Compliance Field is No.',
  },
  {
    type: 'opt-in',
    name: 'Opt-In Template',
    purpose: 'How a Yes is recognised, and what is answered to it automatically.',
  },
  {
    type: 'opt-out',
    name: 'Opt-Out Template',
    purpose: 'How a No is recognised, and what is answered to it automatically.',
  },
  {
    type: 'utility',
    name: 'Utility Template',
    purpose: 'An order, an appointment, an account: sent to customers who agreed to messages.',
  },
  {
    type: 'marketing',
    name: 'Marketing Template',
    purpose: 'An offer: sent only to customers who agreed to marketing as well.',
  },
];

export function templateTypeName(type: TemplateType): string {
  return templateTypes.find((known) => known.type === type)?.name ?? type;
}

/** Opt-In and Opt-Out Templates read what customers write; the others are sent. */
export function readsAnswers(type: TemplateType): boolean {
  return type === 'opt-in' || type === 'opt-out';
}

type Bindings = Record<string, Binding>;

/** A message template while it is edited: nothing is missing, so that every field has a value. */
export type TemplateDraft = {
  name: string;
  type: TemplateType;
  recordType: string;
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
    whatsappTemplate: input.whatsappTemplate ?? null,
    bindings: bindingsOf(input.bindings ?? {}),
    keywords: (input.keywords ?? []).map(({ text, language = '' }) => ({ text, language })),
    reply: input.reply?.text ?? '',
    replies: input.reply?.texts ?? {},
    keywordsAreStopWords: input.keywordsAreStopWords ?? false,
  };
}

/** What is saved: only what the type uses; empty keywords and replies are left out. */
export function inputOf(draft: TemplateDraft): MessageTemplateInput {
  const common = {
    name: draft.name.trim(),
    type: draft.type,
    recordType: draft.recordType,
    session: 'utility' as const,
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
