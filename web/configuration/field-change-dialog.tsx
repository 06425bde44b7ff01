import { makeStyles } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { RecordTypeValues } from '../../src/http/schemas/records.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { todayIn } from './compliance-field.tsx';
import { type Column, useColumnValues } from './queries.ts';

const useStyles = makeStyles({
  lines: { display: 'flex', flexDirection: 'column', gap: '8px', '& p': { margin: 0 } },
});

type Props = {
  open: boolean;
  table: string;
  saved: RecordTypeValues;
  draft: RecordTypeValues;
  /** The Boolean ones of the table. */
  columns: Column[];
  busy: boolean;
  onConfirm: () => void;
  onCancel: () => void;
};

/** Saving would have other values decide what may be sent than those that do now. */
export function changesWhatDecides(saved: RecordTypeValues, draft: RecordTypeValues): boolean {
  if (saved.complianceField === null) return false;
  return draft.complianceField !== saved.complianceField || draft.polarity !== saved.polarity;
}

/** Says what a record type in use loses and gains by another Compliance Field, or by another reading of the same. */
export function FieldChangeDialog({ open, table, saved, draft, columns, busy, onConfirm, onCancel }: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const elsewhere = columns.some(({ counts, read }) => counts === undefined && read !== undefined);
  const values = useColumnValues(table, elsewhere);
  const factsOf = (name: string) => {
    const column = columns.find((one) => one.name === name);
    const today = column === undefined ? null : todayIn(column, values.data);
    return { column: column?.label ?? name, today: today ?? t('recordType.fieldChange.notCounted') };
  };
  const { complianceField: after, polarity } = draft;
  const before = saved.complianceField;
  return (
    <ConfirmDialog
      open={open}
      title={t('recordType.fieldChange.title', { name: saved.displayName })}
      confirmLabel={t('recordType.fieldChange.confirm')}
      busy={busy}
      onConfirm={onConfirm}
      onCancel={onCancel}
    >
      <div className={styles.lines}>
        {after !== null && after === before ? (
          <p>{t(`recordType.fieldChange.turned.${polarity}`, factsOf(after))}</p>
        ) : (
          <>
            {before !== null && <p>{t('recordType.fieldChange.old', factsOf(before))}</p>}
            <p>
              {after === null
                ? t('recordType.fieldChange.none')
                : t(`recordType.fieldChange.new.${polarity}`, factsOf(after))}
            </p>
          </>
        )}
        <p>{t('recordType.fieldChange.check')}</p>
      </div>
    </ConfirmDialog>
  );
}
