import { Button, Input, makeStyles, tokens } from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { Dismiss20Regular } from '@fluentui/react-icons/svg/dismiss';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { LanguageField } from './language-field.tsx';
import type { TemplateDraft } from './template-draft.ts';

type Keywords = TemplateDraft['keywords'];

const useStyles = makeStyles({
  whole: {
    maxWidth: '720px',
    display: 'flex',
    flexDirection: 'column',
    gap: '4px',
    border: 'none',
    margin: 0,
    padding: 0,
    minWidth: 0,
  },
  legend: { padding: 0, marginBottom: '4px' },
  hint: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '8px' },
  row: { display: 'flex', flexWrap: 'wrap', gap: '8px', alignItems: 'center' },
  text: { flex: '1 1 200px', maxWidth: '420px' },
  add: { display: 'flex', flexWrap: 'wrap', gap: '8px', alignItems: 'center' },
  dim: { color: tokens.colorNeutralForeground3 },
});

type Props = {
  value: Keywords;
  /** Button labels of the record type's Consent Templates that are no keyword yet. */
  suggestions: Keywords;
  languages: string[];
  onChange: (value: Keywords) => void;
  disabled: boolean;
};

/** The words that count as this answer, each for one language or for all. */
export function KeywordsField({ value, suggestions, languages, onChange, disabled }: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const hintId = useId();
  const change = (index: number, next: Partial<Keywords[number]>) =>
    onChange(value.map((keyword, at) => (at === index ? { ...keyword, ...next } : keyword)));
  return (
    // Not a Field: that would give its own id to every input inside.
    <fieldset className={styles.whole} aria-describedby={hintId}>
      <legend className={styles.legend}>{t('keywords.label')}</legend>
      <div>
        <ul className={styles.list} aria-label={t('keywords.label')}>
          {value.map((keyword, index) => (
            <li key={index} className={styles.row}>
              <Input
                className={styles.text}
                aria-label={t('keywords.one', { number: index + 1 })}
                value={keyword.text}
                maxLength={200}
                disabled={disabled}
                onChange={(_, { value: text }) => change(index, { text })}
              />
              <LanguageField
                label={t('keywords.language', { number: index + 1 })}
                value={keyword.language}
                languages={languages}
                disabled={disabled}
                onChange={(language) => change(index, { language })}
              />
              {!disabled && (
                <Button
                  appearance="subtle"
                  icon={<Dismiss20Regular />}
                  aria-label={t('keywords.remove', { keyword: keyword.text })}
                  onClick={() => onChange(value.filter((_, at) => at !== index))}
                />
              )}
            </li>
          ))}
        </ul>
        {!disabled && (
          <div className={styles.add} style={{ marginTop: value.length > 0 ? 8 : 0 }}>
            <Button icon={<Add20Regular />} onClick={() => onChange([...value, { text: '', language: '' }])}>
              {t('keywords.add')}
            </Button>
            {suggestions.length > 0 && <span className={styles.dim}>{t('keywords.suggestions')}</span>}
            {suggestions.map((suggestion) => (
              <Button
                key={`${suggestion.language} ${suggestion.text}`}
                size="small"
                shape="circular"
                icon={<Add20Regular />}
                onClick={() => onChange([...value, suggestion])}
              >
                <bdi>{suggestion.text}</bdi>
              </Button>
            ))}
          </div>
        )}
      </div>
      <div id={hintId} className={styles.hint}>
        {t('keywords.hint')}
      </div>
    </fieldset>
  );
}
