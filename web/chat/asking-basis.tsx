import { Field, Input, Select } from '@fluentui/react-components';
import type { SendMessage } from '../../src/http/schemas/chat.ts';

/** Why we may ask this customer; `''` leaves it to the record type's default. */
export type Basis = { kind: '' | NonNullable<SendMessage['basis']>; text: string };

const choices: { kind: Basis['kind']; label: string }[] = [
  { kind: '', label: 'As configured' },
  { kind: 'customer-wrote', label: 'The customer wrote to us' },
  { kind: 'existing-customer', label: 'Existing customer' },
  { kind: 'other', label: 'Other (say which)' },
];

/** The basis is kept with each consent request as evidence (product.md §3.5). */
export function AskingBasis({ basis, onChange }: { basis: Basis; onChange: (basis: Basis) => void }) {
  return (
    <>
      <Field label="Basis for asking">
        <Select
          value={basis.kind}
          onChange={(_, data) => {
            const choice = choices.find(({ kind }) => kind === data.value);
            if (choice !== undefined) onChange({ ...basis, kind: choice.kind });
          }}
        >
          {choices.map(({ kind, label }) => (
            <option key={kind} value={kind}>
              {label}
            </option>
          ))}
        </Select>
      </Field>
      {basis.kind === 'other' && (
        <Field label="Which basis">
          <Input
            value={basis.text}
            maxLength={500}
            onChange={(_, data) => onChange({ ...basis, text: data.value })}
          />
        </Field>
      )}
    </>
  );
}

/** The part of the request that carries it. */
export function basisBody(basis: Basis): Pick<SendMessage, 'basis' | 'basisText'> {
  if (basis.kind === '') return {};
  return basis.kind === 'other' && basis.text.trim() !== ''
    ? { basis: basis.kind, basisText: basis.text.trim() }
    : { basis: basis.kind };
}
