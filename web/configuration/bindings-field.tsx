import { Dropdown, Field, Input, makeStyles, Option, OptionGroup, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { translate } from '../i18n/i18n.ts';
import type { Column } from './queries.ts';
import type { TemplateDraft } from './template-draft.ts';

type Bindings = TemplateDraft['bindings'];

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '12px' },
  row: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(200px, 1fr))',
    gap: '8px 16px',
    alignItems: 'start',
    padding: '12px',
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
  },
});

const fixedText = ' text';

type Props = {
  /** Keys as Meta writes them: `1`, `name`, `header.1`. */
  variables: string[];
  bindings: Bindings;
  columns: Column[];
  /** What each variable says for the sample record; missing where nothing fills it. Null while there is no record. */
  sample: Record<string, string> | null;
  onChange: (bindings: Bindings) => void;
  disabled: boolean;
};

/** Where each variable of the template gets its text: a column of the record, or a fixed text. */
export function BindingsField({ variables, bindings, columns, sample, onChange, disabled }: Props) {
  const styles = useStyles();
  return (
    <ul className={styles.list}>
      {variables.map((variable) => (
        <li key={variable} className={styles.row}>
          <BindingRow
            variable={variable}
            binding={bindings[variable]}
            columns={columns}
            sample={sample === null ? null : (sample[variable] ?? '')}
            disabled={disabled}
            onChange={(binding) => onChange({ ...bindings, [variable]: binding })}
          />
        </li>
      ))}
    </ul>
  );
}

function variableName(key: string): string {
  const inHeader = key.startsWith('header.');
  const name = `{{${inHeader ? key.slice('header.'.length) : key}}}`;
  return inHeader
    ? translate('configuration:bindings.variableInHeader', { name })
    : translate('configuration:bindings.variable', { name });
}

function hintOf(sample: string | null): string {
  if (sample === null) return translate('configuration:bindings.noRecord');
  return sample === ''
    ? translate('configuration:bindings.emptySample')
    : translate('configuration:bindings.now', { sample });
}

type RowProps = {
  variable: string;
  binding: Bindings[string] | undefined;
  columns: Column[];
  /** Empty: nothing fills it on the sample record. Null: there is no record to try it with. */
  sample: string | null;
  onChange: (binding: Bindings[string]) => void;
  disabled: boolean;
};

function BindingRow({ variable, binding, columns, sample, onChange, disabled }: RowProps) {
  const { t } = useTranslation('configuration');
  const wordy = columns.filter(({ kind }) => kind !== 'boolean');
  const column = binding !== undefined && 'column' in binding ? binding.column : null;
  const fixed = binding !== undefined && 'text' in binding;
  const shown = fixed
    ? t('bindings.fixed')
    : (columns.find(({ name }) => name === column)?.label ?? column ?? '');
  const hint = binding === undefined ? t('bindings.notBound') : hintOf(sample);
  return (
    <>
      <Field label={variableName(variable)} hint={hint}>
        <Dropdown
          placeholder={t('bindings.choose')}
          disabled={disabled}
          value={shown}
          selectedOptions={fixed ? [fixedText] : column === null ? [] : [column]}
          onOptionSelect={(_, { optionValue }) => {
            if (optionValue === fixedText) onChange({ text: '' });
            else if (optionValue !== undefined) onChange({ column: optionValue });
          }}
        >
          <OptionGroup label={t('bindings.fromRecord')}>
            {wordy.map(({ name, label }) => (
              <Option key={name} value={name} text={label}>
                {`${label} (${name})`}
              </Option>
            ))}
          </OptionGroup>
          <OptionGroup label={t('bindings.sameForAll')}>
            <Option value={fixedText}>{t('bindings.fixed')}</Option>
          </OptionGroup>
        </Dropdown>
      </Field>
      {fixed && (
        <Field label={t('bindings.text')} required>
          <Input
            value={binding.text}
            maxLength={1024}
            disabled={disabled}
            onChange={(_, { value }) => onChange({ text: value })}
          />
        </Field>
      )}
      {column !== null && binding !== undefined && 'column' in binding && (
        <Field label={t('bindings.fallback')} hint={t('bindings.fallbackHint')}>
          <Input
            value={binding.fallback ?? ''}
            maxLength={200}
            disabled={disabled}
            onChange={(_, { value }) => onChange({ column, fallback: value })}
          />
        </Field>
      )}
    </>
  );
}
