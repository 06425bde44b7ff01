import { readText, type TenantKeyword } from './keywords.ts';
import { sameLanguage } from './language.ts';
import { fitsSession, type MessageTemplateDefinition } from './message-template.ts';
import { keywordForm, keywordProblems } from './publish-keywords.ts';
import { error, type PublishInput, type PublishProblem } from './publish-problem.ts';
import { whatsappProblems } from './publish-whatsapp.ts';

/** Every problem at once (product.md §2 and §3.11). It may be published where none is an error. */
export function publishProblems(input: PublishInput): PublishProblem[] {
  const { definition } = input;
  const answers = definition.type === 'opt-in' || definition.type === 'opt-out';
  return [
    ...sessionProblems(definition),
    ...recordTypeProblems(input),
    ...(answers ? keywordProblems(input.id, definition, input.published) : whatsappProblems(input)),
    ...(answers ? replyProblems(definition) : []),
  ];
}

/**
 * What each quick reply means, by the keywords that were published when the request was sent; frozen in its tokens.
 * The whole label counts, in the keyword's language or any where it has none. A label that means both is a no.
 */
export function labelMeanings(
  labels: readonly string[],
  keywords: readonly AnswerKeyword[],
  language: string,
): ('yes' | 'no' | null)[] {
  return labels.map((label) => {
    const meanings = keywords
      .filter((keyword) => keyword.language === undefined || sameLanguage(keyword.language, language))
      .filter((keyword) => keywordForm(label) !== '' && keywordForm(keyword.text) === keywordForm(label))
      .map(({ meaning }) => meaning);
    if (meanings.some((meaning) => meaning !== 'yes')) return 'no';
    return meanings.length > 0 ? 'yes' : null;
  });
}

export type AnswerKeyword = Pick<TenantKeyword, 'text' | 'meaning' | 'language'>;

/**
 * The button labels, per language, that wait for an Opt-In or Opt-Out Template: a Consent Template can be sent where
 * both lists are empty, because its customers can then say yes and no. Where several buttons have no meaning yet, the
 * label named is the one whose words suggest it, else the first for yes and the last for no: what one click creates.
 */
export function waitsFor(
  labelsByLanguage: Readonly<Record<string, readonly string[]>>,
  keywords: readonly AnswerKeyword[],
): { missingOptIn: string[]; missingOptOut: string[] } {
  const missing = Object.entries(labelsByLanguage).map(([language, labels]) => {
    const meanings = labelMeanings(labels, keywords, language);
    const open = labels.filter((_, index) => meanings[index] === null);
    const optOut = meanings.includes('no') ? null : (suggested(open, 'no') ?? open.at(-1) ?? labels.at(-1));
    const rest = open.length > 1 ? open.filter((label) => label !== optOut) : open;
    const optIn = meanings.includes('yes') ? null : (suggested(rest, 'yes') ?? rest[0] ?? labels[0]);
    // A language without buttons can be answered by nobody: it waits too, though no label can say for what.
    return {
      optIn: optIn === undefined ? language : optIn,
      optOut: optOut === undefined ? language : optOut,
    };
  });
  const unique = (labels: (string | null)[]) => [...new Set(labels.filter((label) => label !== null))];
  return {
    missingOptIn: unique(missing.map(({ optIn }) => optIn)),
    missingOptOut: unique(missing.map(({ optOut }) => optOut)),
  };
}

function suggested(labels: readonly string[], meaning: 'yes' | 'no'): string | undefined {
  return labels.find((label) => {
    const { answer, stop, refusalPhrase } = readText(label, []);
    return meaning === 'no' && (stop ?? refusalPhrase) !== null ? true : answer?.meaning === meaning;
  });
}

function sessionProblems(definition: MessageTemplateDefinition): PublishProblem[] {
  return fitsSession(definition)
    ? []
    : [
        error(
          'marketing-session-not-available',
          'Only Consent and marketing templates stand in the marketing session: choose the utility session.',
        ),
      ];
}

function recordTypeProblems({ definition, recordType, columns }: PublishInput): PublishProblem[] {
  const mend = 'record-types';
  if (recordType === null)
    return [
      error(
        'record-type-missing',
        `Add the record type “${definition.recordType}” first.`,
        { type: definition.recordType },
        mend,
      ),
    ];
  const { displayName, table, complianceField } = recordType;
  if (columns === null)
    return [
      error(
        'table-missing',
        `The CRM has no table “${table}” any more, which ${displayName} is about.`,
        { table, type: displayName },
        mend,
      ),
    ];
  if (definition.type !== 'consent') return [];
  if (complianceField === null)
    return [
      error(
        'compliance-field-missing',
        `Choose a Compliance Field for the record type ${displayName}.`,
        { type: displayName },
        mend,
      ),
    ];
  const column = columns.find(({ name }) => name === complianceField);
  if (column?.kind === 'boolean') return [];
  const what = column === undefined ? 'is not there any more' : 'is no longer a Yes/No column';
  const message = `The Compliance Field “${complianceField}” of ${displayName} ${what}: choose another.`;
  return [error('compliance-field-gone', message, { field: complianceField, type: displayName }, mend)];
}

/** WhatsApp takes 4,096 characters in a text message. An empty answer is one that is not sent. */
function replyProblems({ reply }: MessageTemplateDefinition): PublishProblem[] {
  const texts = reply === null ? [] : [['', reply.text] as const, ...Object.entries(reply.texts ?? {})];
  return texts
    .filter(([, text]) => text.length > 4096)
    .map(([language, text]) => {
      const which = language === '' ? 'The automatic answer' : `The automatic answer in ${language}`;
      return error('reply-too-long', `${which} has ${text.length} characters: WhatsApp takes 4096.`, {
        length: String(text.length),
        language,
      });
    });
}
