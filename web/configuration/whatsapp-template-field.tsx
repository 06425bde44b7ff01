import { Badge, Dropdown, Field, MessageBar, MessageBarBody, Option } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { WhatsAppTemplateOut } from '../../src/http/schemas/templates.ts';
import { languageName, listOf } from '../i18n/locale.ts';
import { AppLink } from '../ui/link.tsx';
import { categoryWord, isApproved, statusWord } from './meta-words.ts';

type Choice = { name: string; language: string } | null;

type Props = {
  templates: WhatsAppTemplateOut[];
  value: Choice;
  onChange: (value: Choice) => void;
  disabled: boolean;
};

/** Picks one of the approved WhatsApp templates, and the language that is used where the customer's is not approved. */
export function WhatsAppTemplateField({ templates, value, onChange, disabled }: Props) {
  const { t } = useTranslation('configuration');
  const approved = templates.filter(isApproved);
  const names = [...new Set(approved.map(({ name }) => name))].toSorted();
  const ofName = (name: string) => approved.filter((template) => template.name === name);
  const chosen = templates.find(({ name, language }) => name === value?.name && language === value.language);
  const languages = value === null ? [] : ofName(value.name).map(({ language }) => language);

  if (names.length === 0 && value === null) {
    return (
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>
          <Trans
            t={t}
            i18nKey="sent.noneApproved"
            components={{ sync: <AppLink to="/configuration/whatsapp#templates">{null}</AppLink> }}
          />
        </MessageBarBody>
      </MessageBar>
    );
  }
  return (
    <>
      <Field label={t('sent.template')} required hint={t('sent.templateHint')}>
        <Dropdown
          placeholder={t('sent.choose')}
          disabled={disabled}
          value={value?.name ?? ''}
          selectedOptions={value === null ? [] : [value.name]}
          onOptionSelect={(_, { optionValue }) => {
            const [first] = ofName(optionValue ?? '');
            if (first === undefined) return;
            const kept =
              ofName(first.name).find(({ language }) => language === value?.language) ??
              inEnglish(ofName(first.name));
            onChange({ name: first.name, language: (kept ?? first).language });
          }}
        >
          {names.map((name) => (
            <Option key={name} value={name} text={name}>
              <span>
                {name}{' '}
                <Badge appearance="outline" color="informative" size="small">
                  {listOf([...new Set(ofName(name).map(({ category }) => categoryWord(category)))])}
                </Badge>{' '}
                {listOf(ofName(name).map(({ language }) => languageName(language)))}
              </span>
            </Option>
          ))}
        </Dropdown>
      </Field>
      {value !== null && (
        <Field
          label={t('sent.language')}
          hint={languages.length > 1 ? t('sent.languageHint') : t('sent.oneLanguage')}
        >
          <Dropdown
            disabled={disabled || languages.length < 2}
            value={languageName(value.language)}
            selectedOptions={[value.language]}
            onOptionSelect={(_, { optionValue }) =>
              optionValue !== undefined && onChange({ name: value.name, language: optionValue })
            }
          >
            {languages.map((language) => (
              <Option key={language} value={language} text={languageName(language)}>
                {`${languageName(language)} (${language})`}
              </Option>
            ))}
          </Dropdown>
        </Field>
      )}
      <Standing value={value} template={chosen} />
    </>
  );
}

function inEnglish(templates: WhatsAppTemplateOut[]): WhatsAppTemplateOut | undefined {
  return templates.find(({ language }) => language.startsWith('en'));
}

/** What is to know about the chosen template: gone, not approved, or about to change its category. */
function Standing({ value, template }: { value: Choice; template: WhatsAppTemplateOut | undefined }) {
  const { t } = useTranslation('configuration');
  if (value === null) return null;
  const sentence =
    template === undefined
      ? t('sent.gone', { name: value.name, language: languageName(value.language) })
      : !isApproved(template)
        ? t('sent.notApproved', { status: statusWord(template.status) })
        : template.impendingCategory !== null
          ? t('sent.impending', {
              next: categoryWord(template.impendingCategory),
              now: categoryWord(template.category),
            })
          : null;
  if (sentence === null) return null;
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        {sentence} <AppLink to="/configuration/whatsapp#templates">{t('whatsappTemplates.title')}</AppLink>
      </MessageBarBody>
    </MessageBar>
  );
}
