import { Field, Input, Radio, RadioGroup } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ColumnOut } from '../../src/http/schemas/records.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { keys } from '../ui/queries.ts';
import { sentenceOf } from '../ui/states.tsx';
import { type Column, columnsPath } from './queries.ts';

type Start = 'empty' | 'yes' | 'no';
const defaults: Record<Start, boolean | null> = { empty: null, yes: true, no: false };

type Props = { table: string; open: boolean; onClose: () => void; onCreated: (column: Column) => void };

/** Adds a Boolean column to a CRM table (the CRM that comes with Assent can; others say so). */
export function NewColumnDialog({ table, open, onClose, onCreated }: Props) {
  const { t } = useTranslation('configuration');
  const client = useQueryClient();
  const [label, setLabel] = useState('');
  const [start, setStart] = useState<Start>('empty');
  const create = useMutation({
    mutationFn: () =>
      api.post(
        columnsPath(table),
        { label: label.trim(), kind: 'boolean', default: defaults[start] },
        answerOf<ColumnOut>(),
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
      title={t('newColumn.title')}
      confirmLabel={t('newColumn.create')}
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
          label={t('newColumn.label')}
          required
          hint={t('newColumn.labelHint')}
          {...(create.isError ? { validationMessage: sentenceOf(create.error) } : {})}
        >
          <Input value={label} maxLength={100} onChange={(_, data) => setLabel(data.value)} />
        </Field>
        <Field label={t('newColumn.start')} hint={t('newColumn.startHint')}>
          <RadioGroup
            value={start}
            onChange={(_, { value }) => setStart(value === 'yes' ? 'yes' : value === 'no' ? 'no' : 'empty')}
          >
            <Radio value="empty" label={t('newColumn.empty')} />
            <Radio value="no" label={t('newColumn.no')} />
            <Radio value="yes" label={t('newColumn.yes')} />
          </RadioGroup>
        </Field>
      </div>
    </ConfirmDialog>
  );
}
