import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { Save20Regular } from '@fluentui/react-icons/svg/save';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { RecordOut, RecordTypeOut } from '../../src/http/schemas/records.ts';
import { ApiProblem, answerOf, api } from '../ui/api.ts';
import { useWhyNot } from '../ui/may.tsx';
import { useNotify } from '../ui/notify.ts';
import { ProblemList } from '../ui/problem-list.tsx';
import { keys } from '../ui/queries.ts';
import { ErrorState, Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { UnsavedGuard } from '../ui/unsaved-guard.tsx';
import { ColumnInput, type ColumnValue } from './column-input.tsx';
import { ComplianceCard } from './compliance-card.tsx';
import { recordPath, useColumns, useRecordsChanged, useRecordTypes } from './record-queries.ts';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '760px' },
  fields: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(220px, 1fr))', gap: '12px 16px' },
  end: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px 12px' },
  note: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
});

type Props = { record: RecordOut; type: RecordTypeOut | undefined };

/**
 * The columns of the record. Only what the agent changed is sent and only that is kept over a live refresh; the
 * consent columns stand apart and are read-only here.
 */
export function RecordForm({ record, type }: Props) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  const client = useQueryClient();
  const changed = useRecordsChanged();
  const notify = useNotify();
  const whyReadOnly = useWhyNot('edit-records');
  const readOnly = whyReadOnly !== null;
  const columns = useColumns(record.recordType);
  const carrier = type?.relatedTable ?? record.recordType;
  const carrierColumns = useColumns(carrier);
  const carrierType = useRecordTypes().data?.items.find(({ table }) => table === carrier) ?? type;
  const [edits, setEdits] = useState<Record<string, ColumnValue>>({});
  const save = useMutation({
    mutationFn: (values: Record<string, ColumnValue>) =>
      api.patch(recordPath(record.recordType, record.id), { values }, answerOf<RecordOut>()),
    onSuccess: (saved, values) => {
      client.setQueryData(keys.record(record.recordType, record.id), saved);
      changed();
      // What was typed while saving is a further change.
      setEdits((all) =>
        Object.fromEntries(Object.entries(all).filter(([name, value]) => values[name] !== value)),
      );
      notify.success(t('form.saved'));
    },
  });
  const consentColumns = new Set([type?.complianceField, type?.marketingField]);
  const dirty = Object.keys(edits).length > 0;
  const edit = (name: string, value: ColumnValue) =>
    setEdits(({ [name]: _old, ...others }) =>
      (record.values[name] ?? null) === value ? others : { ...others, [name]: value },
    );
  return (
    <div className={styles.form}>
      <UnsavedGuard dirty={dirty && !readOnly} />
      <ComplianceCard record={record} type={carrierType} columns={carrierColumns.data?.items ?? []} />
      <form
        className={styles.form}
        aria-label={t('form.label', { name: record.name })}
        onSubmit={(event) => {
          event.preventDefault();
          if (dirty && !save.isPending) save.mutate(edits);
        }}
      >
        <Loaded query={columns}>
          {({ items }) => (
            <div className={styles.fields}>
              {items
                .filter(({ name, read }) => read !== false && !consentColumns.has(name))
                .map((column) => (
                  <ColumnInput
                    key={column.name}
                    column={column}
                    readOnly={readOnly || column.takes?.update === false}
                    value={column.name in edits ? edits[column.name] : record.values[column.name]}
                    onChange={(value) => edit(column.name, value)}
                  />
                ))}
            </div>
          )}
        </Loaded>
        {save.error instanceof ApiProblem && save.error.problems.length > 0 ? (
          <ProblemList title={t('form.notSaved')} problems={save.error.problems} />
        ) : (
          save.isError && <ErrorState title={t('form.notSaved')} error={save.error} />
        )}
        {readOnly ? (
          <p className={styles.note}>{whyReadOnly}</p>
        ) : (
          <div className={styles.end}>
            <Button
              type="submit"
              appearance="primary"
              icon={<Save20Regular />}
              disabled={!dirty || save.isPending}
            >
              {save.isPending ? t('form.saving') : t('form.save')}
            </Button>
            {dirty && (
              <Button onClick={() => setEdits({})} disabled={save.isPending}>
                {t('form.discard')}
              </Button>
            )}
            <span className={styles.note}>
              <Trans
                t={t}
                i18nKey="form.changed"
                components={{ when: <Time at={record.updatedAt} form="on" /> }}
              />
            </span>
          </div>
        )}
      </form>
    </div>
  );
}
