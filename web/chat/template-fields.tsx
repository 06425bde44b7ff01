import { Field, Input, makeStyles, Select } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { SendableTemplate } from '../../src/http/schemas/chat.ts';
import { languageName } from '../i18n/locale.ts';
import { AskingBasis, type Basis } from './asking-basis.tsx';

const useStyles = makeStyles({
  fields: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(150px, 1fr))',
    gap: '8px 12px',
    // A selection takes the width of its longest option otherwise, past its cell.
    '& > .fui-Field': { gridTemplateColumns: 'minmax(0, 1fr)' },
    '& select': { textOverflow: 'ellipsis' },
  },
});

type Props = {
  template: SendableTemplate;
  language: string;
  onLanguage: (language: string) => void;
  variables: Readonly<Record<string, string>>;
  onVariable: (key: string, value: string) => void;
  basis: Basis;
  onBasis: (basis: Basis) => void;
};

/** What an agent settles before a template goes out: its language, the variables no column fills, why we may ask. */
export function TemplateFields({
  template,
  language,
  onLanguage,
  variables,
  onVariable,
  basis,
  onBasis,
}: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  return (
    <div className={styles.fields}>
      {template.languages.length > 1 && (
        <Field label={t('template.language')}>
          <Select value={language} onChange={(_, data) => onLanguage(data.value)}>
            {template.languages.map((code) => (
              <option key={code} value={code}>
                {languageName(code)}
              </option>
            ))}
          </Select>
        </Field>
      )}
      {template.missing.map((key) => (
        <Field
          key={key}
          label={t(key.startsWith('header.') ? 'template.headerVariable' : 'template.variable', {
            name: `{{${key.replace(/^header\./, '')}}}`,
          })}
          required
        >
          <Input
            value={variables[key] ?? ''}
            maxLength={1024}
            onChange={(_, data) => onVariable(key, data.value)}
          />
        </Field>
      ))}
      {template.type === 'consent' && <AskingBasis basis={basis} onChange={onBasis} />}
    </div>
  );
}
