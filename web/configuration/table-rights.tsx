import { makeStyles, tokens } from '@fluentui/react-components';
import { CheckmarkCircle16Filled } from '@fluentui/react-icons/svg/checkmark-circle';
import { ErrorCircle16Filled } from '@fluentui/react-icons/svg/error-circle';
import { QuestionCircle16Regular } from '@fluentui/react-icons/svg/question-circle';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { TableRightsOut } from '../../src/http/schemas/records.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { keys } from '../ui/queries.ts';
import { Loaded } from '../ui/states.tsx';

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '6px' },
  item: { display: 'flex', alignItems: 'flex-start', gap: '8px' },
  mark: { flexShrink: 0, marginTop: '2px', display: 'inline-flex' },
  good: { color: tokens.colorStatusSuccessForeground1 },
  bad: { color: tokens.colorStatusDangerForeground1 },
});

type Right = TableRightsOut['items'][number];
type Props = { table: string; field: string | null; writes: boolean };

/** What Assent needs in the organisation for this table, and whether it has it. */
export function TableRights({ table, field, writes }: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const rights = useQuery({
    queryKey: keys.tableRights(table, field, writes),
    queryFn: ({ signal }) =>
      api.get(
        withQuery(`/api/crm/tables/${encodeURIComponent(table)}/rights`, { field, writes }),
        answerOf<TableRightsOut>(),
        { signal },
      ),
  });
  return (
    <Loaded query={rights}>
      {({ items }) => (
        <ul className={styles.list} aria-label={t('rights.title')}>
          {items.map((right) => (
            <li key={`${right.code}/${right.subject}`} className={styles.item}>
              <Mark right={right} />
              <span>{t(`rights.${right.code}`, { subject: right.subject })}</span>
            </li>
          ))}
        </ul>
      )}
    </Loaded>
  );
}

function Mark({ right: { ok } }: { right: Right }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  if (ok === true)
    return (
      <span className={`${styles.mark} ${styles.good}`} role="img" aria-label={t('rights.given')}>
        <CheckmarkCircle16Filled aria-hidden />
      </span>
    );
  if (ok === false)
    return (
      <span className={`${styles.mark} ${styles.bad}`} role="img" aria-label={t('rights.missing')}>
        <ErrorCircle16Filled aria-hidden />
      </span>
    );
  return (
    <span className={styles.mark} role="img" aria-label={t('rights.unknown')}>
      <QuestionCircle16Regular aria-hidden />
    </span>
  );
}
