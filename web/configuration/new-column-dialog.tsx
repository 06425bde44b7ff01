import { Field, Input, Radio, RadioGroup } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ColumnOut } from '../../src/http/schemas/records.ts';
import { api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { keys } from '../ui/queries.ts';
import { sentenceOf } from '../ui/states.tsx';
import { type Column, columnsPath } from './queries.ts';

type Start = 'empty' | 'yes' | 'no';
const defaults: Record<Start, boolean | null> = { empty: null, yes: true, no: false };

type Props = { table: string; open: boolean; onClose: () => void; onCreated: (column: Column) => void };

/** Adds a Boolean column to a CRM table (the CRM that comes with Assent can; others say so). */
export function NewColumnDialog({ table, open, onClose, onCreated }: Props) {
  const client = useQueryClient();
  const [label, setLabel] = useState('');
  const [start, setStart] = useState<Start>('empty');
  const create = useMutation({
    mutationFn: () =>
      api.post(
        columnsPath(table),
        { label: label.trim(), kind: 'boolean', default: defaults[start] },
        ColumnOut,
      ),
    onSuccess: async (column) => {
      await client.invalidateQueries({ queryKey: keys.columns(table) });
      setLabel('');
      setStart('empty');
      onCreated(column);
    },
  });
  return (
    <ConfirmDialog
      open={open}
      title="New Boolean column"
      confirmLabel="Create"
      busy={create.isPending}
      disabled={label.trim() === ''}
      onConfirm={() => create.mutate()}
      onCancel={() => {
        create.reset();
        onClose();
      }}
    >
      <div style={{ display: 'flex', flexDirection: 'column', gap: 16 }}>
        <Field
          label="Label"
          required
          hint="What people read on the record’s form, for example “Allow WhatsApp”."
          {...(create.isError ? { validationMessage: sentenceOf(create.error) } : {})}
        >
          <Input value={label} maxLength={100} onChange={(_, data) => setLabel(data.value)} />
        </Field>
        <Field label="New records start" hint="Empty is right for consent: nobody was asked yet.">
          <RadioGroup
            value={start}
            onChange={(_, { value }) => setStart(value === 'yes' ? 'yes' : value === 'no' ? 'no' : 'empty')}
          >
            <Radio value="empty" label="Empty" />
            <Radio value="no" label="No" />
            <Radio value="yes" label="Yes" />
          </RadioGroup>
        </Field>
      </div>
    </ConfirmDialog>
  );
}
