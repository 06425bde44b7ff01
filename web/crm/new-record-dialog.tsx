import { Field, makeStyles, Select } from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordOut, RecordTypeOut } from '../../src/http/schemas/records.ts';
import { ApiProblem, answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { ProblemList } from '../ui/problem-list.tsx';
import { ErrorState, Loaded } from '../ui/states.tsx';
import { ColumnInput, type ColumnValue } from './column-input.tsx';
import { useColumns, useRecordsChanged } from './record-queries.ts';

const useStyles = makeStyles({
  fields: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(200px, 1fr))', gap: '12px' },
  form: { display: 'flex', flexDirection: 'column', gap: '12px' },
});

type Props = { types: RecordTypeOut[]; preset: string | undefined; onClose: () => void };

/** A new record of the embedded CRM. Its Compliance Field is not asked for: the consent of its number decides it. */
export function NewRecordDialog({ types, preset, onClose }: Props) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  const router = useRouter();
  const changed = useRecordsChanged();
  const [table, setTable] = useState(preset ?? types[0]?.table ?? '');
  const [values, setValues] = useState<Record<string, ColumnValue>>({});
  const type = types.find((one) => one.table === table);
  const columns = useColumns(table);
  const create = useMutation({
    mutationFn: () =>
      api.post(`/api/records/${encodeURIComponent(table)}`, { values }, answerOf<RecordOut>()),
    onSuccess: (record) => {
      changed();
      onClose();
      router.history.push(
        `/records/${encodeURIComponent(record.recordType)}/${encodeURIComponent(record.id)}`,
      );
    },
  });
  const { error } = create;
  return (
    <ConfirmDialog
      open
      title={t('newRecord.title')}
      confirmLabel={t('newRecord.create')}
      busy={create.isPending}
      disabled={type === undefined || !columns.isSuccess}
      onConfirm={() => create.mutate()}
      onCancel={onClose}
    >
      <div className={styles.form}>
        {types.length > 1 && (
          <Field label={t('recordType')}>
            <Select
              value={table}
              onChange={(_, data) => {
                setTable(data.value);
                setValues({});
              }}
            >
              {types.map((one) => (
                <option key={one.table} value={one.table}>
                  {one.displayName}
                </option>
              ))}
            </Select>
          </Field>
        )}
        <Loaded query={columns}>
          {({ items }) => (
            <div className={styles.fields}>
              {items
                .filter(({ name }) => name !== type?.complianceField && name !== type?.marketingField)
                .filter(({ takes }) => takes?.create !== false)
                .map((column) => (
                  <ColumnInput
                    key={column.name}
                    column={column}
                    value={values[column.name]}
                    onChange={(value) => setValues((all) => ({ ...all, [column.name]: value }))}
                  />
                ))}
            </div>
          )}
        </Loaded>
        {error instanceof ApiProblem && error.problems.length > 0 ? (
          <ProblemList title={t('newRecord.notCreated')} problems={error.problems} />
        ) : (
          create.isError && <ErrorState title={t('newRecord.notCreated')} error={error} />
        )}
      </div>
    </ConfirmDialog>
  );
}
