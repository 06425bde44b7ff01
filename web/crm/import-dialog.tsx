import { Field, MessageBar, MessageBarBody, makeStyles, Select } from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { z } from 'zod';
import type { ImportReport, RecordTypeOut } from '../../src/http/schemas/records.ts';
import { serverText } from '../i18n/server-text.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { DataTable } from '../ui/data-table.tsx';
import { FilePicker } from '../ui/file-picker.tsx';
import { ErrorState } from '../ui/states.tsx';
import { useColumns, useRecordsChanged } from './record-queries.ts';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '12px' },
  columns: { fontFamily: 'monospace', overflowWrap: 'anywhere' },
  bad: { maxHeight: '260px', overflowY: 'auto' },
});

type Props = { types: RecordTypeOut[]; preset: string | undefined; onClose: () => void };

/** Brings records in from a CSV file: good lines are taken, each bad one is named with its reason. */
export function ImportDialog({ types, preset, onClose }: Props) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  const fileId = useId();
  const changed = useRecordsChanged();
  const [table, setTable] = useState(preset ?? (types.length === 1 ? types[0]?.table : undefined) ?? '');
  const [file, setFile] = useState<File | null>(null);
  const columns = useColumns(table);
  const bring = useMutation({
    mutationFn: (csv: File) =>
      api.post(`/api/records/${encodeURIComponent(table)}/import`, csv, answerOf<ImportReport>(), {
        headers: { 'content-type': 'text/csv' },
      }),
    onSuccess: changed,
  });
  const report = bring.data;
  return (
    <ConfirmDialog
      open
      title={t('import.title')}
      confirmLabel={report === undefined ? t('import.confirm') : t('import.done')}
      busy={bring.isPending}
      disabled={file === null || table === ''}
      done={report !== undefined}
      onConfirm={() => (report !== undefined ? onClose() : file !== null && bring.mutate(file))}
      onCancel={onClose}
    >
      <div className={styles.form}>
        {report === undefined && (
          <>
            <Field label={t('recordType')} required>
              <Select value={table} onChange={(_, data) => setTable(data.value)}>
                {/* Whose records they are is in no file: nothing is chosen that would take none of them. */}
                {table === '' && <option value="">{t('import.chooseType')}</option>}
                {types.map((one) => (
                  <option key={one.table} value={one.table}>
                    {one.displayName}
                  </option>
                ))}
              </Select>
            </Field>
            <Field label={{ children: t('import.file'), htmlFor: fileId }} hint={t('import.hint')}>
              {(field) => (
                <FilePicker
                  {...field}
                  id={fileId}
                  accept=".csv,text/csv"
                  file={file}
                  onFile={(chosen) => {
                    setFile(chosen);
                    bring.reset();
                  }}
                />
              )}
            </Field>
            {columns.data !== undefined && (
              <p>
                <Trans
                  t={t}
                  i18nKey="import.columns"
                  components={{
                    columns: (
                      <bdi dir="ltr" className={styles.columns}>
                        {columns.data.items.map(({ name }) => name).join(', ')}
                      </bdi>
                    ),
                  }}
                />
              </p>
            )}
          </>
        )}
        {bring.isError && <ErrorState title={t('import.failed')} error={bring.error} />}
        {report !== undefined && <Report report={report} />}
      </div>
    </ConfirmDialog>
  );
}

function Report({
  report: { encoding, created, updated, already, bad },
}: {
  report: z.infer<typeof ImportReport>;
}) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  const result = useRef<HTMLDivElement>(null);
  // The first line names the columns: what is wrong there is a column's, and takes no record away.
  const unusedColumns = bad.filter(({ line }) => line === 1).length;
  const linesNotTaken = new Set(bad.flatMap(({ line }) => (line === 1 ? [] : [line]))).size;
  // The form that had the focus is gone.
  useEffect(() => result.current?.focus(), []);
  return (
    <div ref={result} tabIndex={-1} className={styles.form}>
      <MessageBar intent={bad.length === 0 ? 'success' : 'warning'} role="status">
        <MessageBarBody>
          {t('import.created', { count: created })} {t('import.updated', { count: updated })}{' '}
          {already > 0 && t('import.already', { count: already })}{' '}
          {t('import.notTaken', { count: linesNotTaken })}{' '}
          {unusedColumns > 0 && t('import.columnsUnused', { count: unusedColumns })}
        </MessageBarBody>
      </MessageBar>
      {encoding !== 'utf-8' && <p>{t('import.readAs', { encoding })}</p>}
      {bad.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reachable by keyboard
        <section className={styles.bad} aria-label={t('import.bad')} tabIndex={0}>
          <DataTable
            label={t('import.bad')}
            columns={[
              {
                header: t('import.line'),
                cell: (row) => t('import.lineNumber', { line: row.line }),
                width: '80px',
              },
              {
                header: t('import.reason'),
                cell: (row) => serverText({ ...row, text: row.message }),
                long: true,
              },
            ]}
            rows={bad}
            rowKey={(row) => `${row.line} ${row.code}`}
          />
        </section>
      )}
    </div>
  );
}
