import { Field, Radio, RadioGroup } from '@fluentui/react-components';
import type { RecordTypeValues } from '../../src/http/schemas/records.ts';

type Basis = RecordTypeValues['askingBasis'];

const bases: { value: Basis; label: string }[] = [
  { value: 'existing-customer', label: 'Existing customer: there is a business relationship already' },
  { value: 'customer-wrote', label: 'The customer wrote first' },
  { value: 'other', label: 'Other: whoever asks writes down why' },
];

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
  return (
    <Field
      label="Basis for asking"
      hint="Each consent request keeps the reason why you may ask; this is the one chosen unless the agent picks another."
    >
      <RadioGroup
        value={value}
        disabled={disabled}
        onChange={(_, data) => {
          const basis = bases.find((candidate) => candidate.value === data.value);
          if (basis !== undefined) onChange(basis.value);
        }}
      >
        {bases.map((basis) => (
          <Radio key={basis.value} value={basis.value} label={basis.label} />
        ))}
      </RadioGroup>
    </Field>
  );
}
