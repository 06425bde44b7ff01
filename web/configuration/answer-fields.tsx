import { Field, Switch } from '@fluentui/react-components';
import { parseTemplate } from '../../src/core/template.ts';
import type { MessageTemplateOut, WhatsAppTemplateOut } from '../../src/http/schemas/templates.ts';
import { FormSection } from './form-section.tsx';
import { KeywordsField } from './keywords-field.tsx';
import { useMessageTemplates } from './queries.ts';
import { RepliesField } from './replies-field.tsx';
import { readsAnswers, type TemplateDraft } from './template-draft.ts';

/** Languages offered before any WhatsApp template names more. */
const commonLanguages = ['en', 'es', 'pt_BR', 'fr', 'de', 'it', 'nl', 'hi', 'ar', 'id', 'tr'];

type Props = {
  draft: TemplateDraft;
  whatsappTemplates: WhatsAppTemplateOut[];
  disabled: boolean;
  onChange: (change: Partial<TemplateDraft>) => void;
};

/** Opt-In and Opt-Out Templates: how the answer is recognised, and what is answered to it. */
export function AnswerFields({ draft, whatsappTemplates, disabled, onChange }: Props) {
  const messageTemplates = useMessageTemplates();
  const languages = [...new Set([...whatsappTemplates.map(({ language }) => language), ...commonLanguages])];
  const yes = draft.type === 'opt-in';
  return (
    <>
      <FormSection
        id="keywords"
        title={yes ? 'What counts as Yes' : 'What counts as No'}
        description={
          yes
            ? 'A tap on the button always counts. These words count when a customer types them as the answer to an open request: the button’s label, and others you add.'
            : 'A tap on the button, and words such as STOP in many languages, always count. Add the button’s label and other words with which your customers say No.'
        }
      >
        <KeywordsField
          value={draft.keywords}
          suggestions={buttonLabels(messageTemplates.data ?? [], whatsappTemplates, draft)}
          languages={languages}
          disabled={disabled}
          onChange={(keywords) => onChange({ keywords })}
        />
        {!yes && (
          <Field hint="Off: they refuse only as the answer to an open request, so that “No” to another question means nothing. On: whoever writes one of them refuses, asked or not.">
            <Switch
              checked={draft.keywordsAreStopWords}
              disabled={disabled}
              label="These keywords refuse at any time"
              onChange={(_, { checked }) => onChange({ keywordsAreStopWords: checked })}
            />
          </Field>
        )}
      </FormSection>
      <FormSection id="reply" title="What is answered">
        <RepliesField
          reply={draft.reply}
          replies={draft.replies}
          languages={languages}
          disabled={disabled}
          onChange={onChange}
        />
      </FormSection>
    </>
  );
}

/**
 * The quick-reply labels of the record type's Consent Templates that no answer template uses yet, each with its
 * language; a label that is the same in several languages is offered once, for any.
 */
function buttonLabels(
  messageTemplates: MessageTemplateOut[],
  whatsappTemplates: WhatsAppTemplateOut[],
  draft: TemplateDraft,
): TemplateDraft['keywords'] {
  const ours = messageTemplates.filter(
    ({ recordType, status }) => recordType === draft.recordType && status !== 'retired',
  );
  const asked = ours
    .filter(({ type }) => type === 'consent')
    .map(({ whatsappTemplate }) => whatsappTemplate?.name);
  const opposite = ours.filter(({ type }) => readsAnswers(type) && type !== draft.type);
  const used = [...draft.keywords, ...opposite.flatMap(({ keywords = [] }) => keywords)].map(
    ({ text }) => text,
  );
  const languagesByLabel = new Map<string, string[]>();
  for (const { name, components, parameterFormat, language } of whatsappTemplates) {
    if (!asked.includes(name)) continue;
    for (const { kind, label } of parseTemplate(components, parameterFormat).buttons) {
      if (kind !== 'QUICK_REPLY' || used.includes(label)) continue;
      languagesByLabel.set(label, [...(languagesByLabel.get(label) ?? []), language]);
    }
  }
  return [...languagesByLabel].map(([text, languages]) => ({
    text,
    language: languages.length === 1 ? (languages[0] ?? '') : '',
  }));
}
