import { Field, Input, type InputProps, Select, Textarea } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { RecordOut } from '../../src/http/schemas/records.ts';
import type { Column } from './record-queries.ts';

export type ColumnValue = RecordOut['values'][string];
type Props = {
  column: Column;
  value: ColumnValue | undefined;
  onChange: (value: ColumnValue) => void;
  readOnly?: boolean;
};

/** One column of a record, with the input that its kind asks for. An emptied input is an empty column. */
export function ColumnInput({ column, value, onChange, readOnly = false }: Props) {
  const { t } = useTranslation('crm');
  if (column.kind === 'boolean') {
    return (
      <Field label={column.label}>
        <Select
          value={value === true ? 'yes' : value === false ? 'no' : ''}
          disabled={readOnly}
          onChange={(_, data) => onChange(data.value === '' ? null : data.value === 'yes')}
        >
          <option value="">{t('value.empty')}</option>
          <option value="yes">{t('value.yes')}</option>
          <option value="no">{t('value.no')}</option>
        </Select>
      </Field>
    );
  }
  const text = value === null || value === undefined ? '' : String(value);
  if (column.kind === 'text' && text.includes('\n')) {
    return (
      <Field label={column.label}>
        <Textarea
          value={text}
          readOnly={readOnly}
          onChange={(_, data) => onChange(data.value === '' ? null : data.value)}
        />
      </Field>
    );
  }
  return (
    <Field label={column.label}>
      <Input
        {...inputTypes[column.kind]}
        value={text}
        readOnly={readOnly}
        onChange={(_, data) => onChange(parsed(column, data.value))}
      />
    </Field>
  );
}

function parsed(column: Column, text: string): ColumnValue {
  if (text === '') return null;
  if (column.kind === 'number' && Number.isFinite(Number(text))) return Number(text);
  return text;
}

/** As Meta writes them; codes, so the same in every language. */
const LANGUAGE_CODES = 'en, es, pt_BR';

/** No kind that the browser checks by itself where the server does: it would say so in its own language. */
const inputTypes: Record<
  Exclude<Column['kind'], 'boolean'>,
  Pick<InputProps, 'type' | 'inputMode' | 'step' | 'placeholder'>
> = {
  text: { type: 'text' },
  phone: { type: 'tel' },
  email: { type: 'text', inputMode: 'email' },
  number: { type: 'number', step: 'any' },
  date: { type: 'date' },
  language: { type: 'text', placeholder: LANGUAGE_CODES },
};
