import { Field, Input, Select } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { SendMessage } from '../../src/http/schemas/chat.ts';

/** Why we may ask this customer; `''` leaves it to the record type's default. */
export type Basis = { kind: '' | NonNullable<SendMessage['basis']>; text: string };

const KINDS: readonly Basis['kind'][] = ['', 'customer-wrote', 'existing-customer', 'other'];

/** The basis is kept with each consent request as evidence (product.md §3.5). */
export function AskingBasis({ basis, onChange }: { basis: Basis; onChange: (basis: Basis) => void }) {
  const { t } = useTranslation('chat');
  const labels: Record<Basis['kind'], string> = {
    '': t('basis.asConfigured'),
    'customer-wrote': t('basis.customerWrote'),
    'existing-customer': t('basis.existingCustomer'),
    other: t('basis.other'),
  };
  return (
    <>
      <Field label={t('basis.label')}>
        <Select
          value={basis.kind}
          onChange={(_, data) => {
            const kind = KINDS.find((one) => one === data.value);
            if (kind !== undefined) onChange({ ...basis, kind });
          }}
        >
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {labels[kind]}
            </option>
          ))}
        </Select>
      </Field>
      {basis.kind === 'other' && (
        <Field label={t('basis.which')} required>
          <Input
            ref={intoView}
            value={basis.text}
            maxLength={500}
            onChange={(_, data) => onChange({ ...basis, text: data.value })}
          />
        </Field>
      )}
    </>
  );
}

/** The card may have room for the selection alone, and the question it brings would stand out of sight. */
const intoView = (field: HTMLInputElement | null): void => field?.scrollIntoView({ block: 'nearest' });

/** The part of the request that carries it. */
export function basisBody(basis: Basis): Pick<SendMessage, 'basis' | 'basisText'> {
  if (basis.kind === '') return {};
  return basis.kind === 'other' ? { basis: basis.kind, basisText: basis.text.trim() } : { basis: basis.kind };
}

/** Another basis has to be named before anybody is asked on it. */
export const isBasisUnnamed = (basis: Basis): boolean => basis.kind === 'other' && basis.text.trim() === '';
