import { Dropdown, Field, Option } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { Column } from './queries.ts';

const none = '';

type Props = {
  label: string;
  hint: string;
  columns: Column[];
  value: string | null;
  onChange: (value: string | null) => void;
  disabled: boolean;
  problem: string | undefined;
  /** The word for "no column"; without it a column must be chosen. */
  noneLabel?: string;
};

/** One column of the table, or none. A column that is gone from the CRM stays visible by its name. */
export function ColumnField({ label, hint, columns, value, onChange, disabled, problem, noneLabel }: Props) {
  const { t } = useTranslation('configuration');
  const shown = value === null ? noneLabel : (columns.find(({ name }) => name === value)?.label ?? value);
  return (
    <Field
      label={label}
      hint={hint}
      required={noneLabel === undefined}
      {...(problem === undefined ? {} : { validationMessage: problem })}
    >
      <Dropdown
        placeholder={t('column.choose')}
        disabled={disabled}
        value={shown ?? ''}
        selectedOptions={[value ?? none]}
        onOptionSelect={(_, { optionValue }) => onChange(optionValue === none ? null : (optionValue ?? null))}
      >
        {noneLabel !== undefined && <Option value={none}>{noneLabel}</Option>}
        {columns.map((column) => (
          <Option key={column.name} value={column.name} text={column.label}>
            {`${column.label} (${column.name})`}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}
