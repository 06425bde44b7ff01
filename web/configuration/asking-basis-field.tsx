import { Field, Radio, RadioGroup } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { RecordTypeValues } from '../../src/http/schemas/records.ts';

type Basis = RecordTypeValues['askingBasis'];

const bases: Basis[] = ['existing-customer', 'customer-wrote', 'other'];

/** Why customers of this kind may be asked for consent at all. */
export function AskingBasisField({
  value,
  onChange,
  disabled,
}: {
  value: Basis;
  onChange: (value: Basis) => void;
  disabled: boolean;
}) {
  const { t } = useTranslation('configuration');
  return (
    <Field label={t('askingBasis.label')} hint={t('askingBasis.hint')}>
      <RadioGroup
        value={value}
        disabled={disabled}
        onChange={(_, data) => {
          const basis = bases.find((candidate) => candidate === data.value);
          if (basis !== undefined) onChange(basis);
        }}
      >
        {bases.map((basis) => (
          <Radio key={basis} value={basis} label={t(`askingBasis.${basis}`)} />
        ))}
      </RadioGroup>
    </Field>
  );
}
