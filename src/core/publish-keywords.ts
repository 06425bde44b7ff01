import { emojiForm } from './keyword-lists/whole-words.ts';
import { isReservedWord, readText } from './keywords.ts';
import { sameLanguage } from './language.ts';
import type { MessageTemplateDefinition, PublishedTemplate } from './message-template.ts';
import { normalise } from './normalise.ts';
import { error, type PublishProblem, warning } from './publish-problem.ts';

type Keyword = MessageTemplateDefinition['keywords'][number];

/** What is wrong with the keywords of an Opt-In or Opt-Out Template, alone and beside the other published ones. */
export function keywordProblems(
  id: string | null,
  definition: MessageTemplateDefinition,
  published: readonly PublishedTemplate[],
): PublishProblem[] {
  if (definition.keywords.length === 0)
    return [
      error('keywords-missing', 'Add at least one keyword, such as the label of the button it answers to.'),
    ];
  const others = published.filter((other) => other.id !== id).map((other) => other.definition);
  return definition.keywords.flatMap((keyword, index) => [
    ...ownMeaning(definition, keyword),
    ...twice(definition.keywords.slice(0, index), keyword),
    ...others.flatMap((other) => elsewhere(definition, keyword, other)),
  ]);
}

/** A word that already means something in every conversation cannot be given another meaning by one template. */
function ownMeaning(
  { type, keywordsAreStopWords }: MessageTemplateDefinition,
  { text }: Keyword,
): PublishProblem[] {
  const form = keywordForm(text);
  if (form === '')
    return [
      error('keyword-empty', `The keyword “${text}” has no letter, digit or emoji to recognise.`, { text }),
    ];
  // As customers' words are compared with it: signs beside a keyword, such as those that take a yes back, are no part of it.
  const { answer, start } = readText(form, []);
  const stops = isReservedWord(text) !== null;
  if (type === 'opt-in') {
    if (stops)
      return [
        error('keyword-reserved', `“${text}” always means a refusal: it cannot be a word to opt in.`, {
          text,
        }),
      ];
    return answer?.meaning === 'no'
      ? [error('keyword-opposite', `“${text}” says no: it cannot be a word to opt in.`, { text })]
      : [];
  }
  if (start !== null || answer?.meaning === 'yes')
    return [error('keyword-opposite', `“${text}” says yes: it cannot be a word to opt out.`, { text })];
  if (!keywordsAreStopWords || stops || answer?.meaning !== 'no') return [];
  const message = `As a stop word “${text}” refuses everything at any time, also where it answers another question.`;
  return [warning('stop-word-ordinary', message, { text })];
}

function twice(before: readonly Keyword[], keyword: Keyword): PublishProblem[] {
  return before.some((earlier) => sameKeyword(earlier, keyword))
    ? [warning('keyword-twice', `The keyword “${keyword.text}” is there twice.`, { text: keyword.text })]
    : [];
}

/** One keyword means one thing per record type and language; a stop word means it for all of them. */
function elsewhere(
  definition: MessageTemplateDefinition,
  keyword: Keyword,
  other: MessageTemplateDefinition,
): PublishProblem[] {
  if (other.type !== 'opt-in' && other.type !== 'opt-out') return [];
  const anywhere = definition.keywordsAreStopWords || other.keywordsAreStopWords;
  const found = other.keywords.some((candidate) =>
    anywhere ? keywordForm(candidate.text) === keywordForm(keyword.text) : sameKeyword(candidate, keyword),
  );
  if (!found || keywordForm(keyword.text) === '') return [];
  const sameType = other.recordType === definition.recordType;
  if (other.type !== definition.type && (sameType || anywhere))
    return [
      error(
        'keyword-in-both-lists',
        `“${keyword.text}” means the opposite in “${other.name}”: keep it in one.`,
        { text: keyword.text, other: other.name },
      ),
    ];
  if (other.type !== definition.type || !sameType) return [];
  const message = `“${keyword.text}” stands in “${other.name}” too: either of the two may answer.`;
  return [warning('keyword-elsewhere', message, { text: keyword.text, other: other.name })];
}

function sameKeyword(one: Keyword, other: Keyword): boolean {
  const languages =
    one.language === undefined || other.language === undefined || sameLanguage(one.language, other.language);
  return languages && keywordForm(one.text) === keywordForm(other.text);
}

/** As a customer's words are compared; empty for what no message can match. */
export function keywordForm(text: string): string {
  return normalise(text) || emojiForm(text);
}
