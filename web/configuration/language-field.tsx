import { Dropdown, Option } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { languageName } from '../i18n/locale.ts';

const any = '';

type Props = {
  label: string;
  value: string;
  languages: string[];
  onChange: (language: string) => void;
  disabled: boolean;
};

/** A language of the WhatsApp templates, or any ('' as value). */
export function LanguageField({ label, value, languages, onChange, disabled }: Props) {
  const { t } = useTranslation('configuration');
  const options = value === any || languages.includes(value) ? languages : [value, ...languages];
  return (
    <Dropdown
      aria-label={label}
      disabled={disabled}
      style={{ width: 192, minWidth: 0 }}
      value={value === any ? t('anyLanguage') : languageName(value)}
      selectedOptions={[value]}
      onOptionSelect={(_, { optionValue }) => onChange(optionValue ?? any)}
    >
      <Option value={any}>{t('anyLanguage')}</Option>
      {options.map((language) => (
        <Option key={language} value={language} text={languageName(language)}>
          {`${languageName(language)} (${language})`}
        </Option>
      ))}
    </Dropdown>
  );
}
