import { Field, Switch } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { parseTemplate } from '../../src/core/template.ts';
import type { MessageTemplateOut, WhatsAppTemplateOut } from '../../src/http/schemas/templates.ts';
import { useMessageTemplates } from '../ui/configured.ts';
import { FormSection } from '../ui/form-section.tsx';
import { COMMON_LANGUAGES } from './common-languages.ts';
import { KeywordsField } from './keywords-field.tsx';
import { RepliesField } from './replies-field.tsx';
import { readsAnswers, type TemplateDraft } from './template-draft.ts';

type Props = {
  draft: TemplateDraft;
  whatsappTemplates: WhatsAppTemplateOut[];
  disabled: boolean;
  onChange: (change: Partial<TemplateDraft>) => void;
};

/** Opt-In and Opt-Out Templates: how the answer is recognised, and what is answered to it. */
export function AnswerFields({ draft, whatsappTemplates, disabled, onChange }: Props) {
  const { t } = useTranslation('configuration');
  const messageTemplates = useMessageTemplates();
  const languages = [...new Set([...whatsappTemplates.map(({ language }) => language), ...COMMON_LANGUAGES])];
  const yes = draft.type === 'opt-in';
  return (
    <>
      <FormSection
        id="keywords"
        title={yes ? t('answers.yesTitle') : t('answers.noTitle')}
        description={yes ? t('answers.yesText') : t('answers.noText')}
      >
        <KeywordsField
          value={draft.keywords}
          suggestions={buttonLabels(messageTemplates.data ?? [], whatsappTemplates, draft)}
          languages={languages}
          disabled={disabled}
          onChange={(keywords) => onChange({ keywords })}
        />
        {!yes && (
          <Field hint={t('answers.stopWordsHint')}>
            <Switch
              checked={draft.keywordsAreStopWords}
              disabled={disabled}
              label={t('answers.stopWords')}
              onChange={(_, { checked }) => onChange({ keywordsAreStopWords: checked })}
            />
          </Field>
        )}
      </FormSection>
      <FormSection id="reply" title={t('answers.replyTitle')}>
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
