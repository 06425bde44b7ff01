import { makeStyles } from '@fluentui/react-components';
import type { ConsentStateName } from '../../src/http/schemas/common.ts';
import { formatNumber, numberFormat } from '../i18n/locale.ts';
import { ConsentBadge } from '../ui/consent-badge.tsx';

const useStyles = makeStyles({
  list: { display: 'flex', flexWrap: 'wrap', gap: '8px 24px', margin: 0, padding: 0, listStyleType: 'none' },
  one: { display: 'flex', alignItems: 'center', gap: '6px' },
});

export type StateCount = { state: ConsentStateName; count: number };

/** A part of all as people write it: "12.5%". */
export const shareOf = (count: number, all: number): string =>
  numberFormat({ style: 'percent', maximumFractionDigits: 1 }).format(all === 0 ? 0 : count / all);

/** How many customers are in which state, and what part of all that is. */
export function StateCounts({ counts, label }: { counts: readonly StateCount[]; label: string }) {
  const styles = useStyles();
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  return (
    <ul className={styles.list} aria-label={label}>
      {counts.map(({ state, count }) => (
        <li key={state} className={styles.one}>
          <ConsentBadge state={state} />
          {formatNumber(count)} ({shareOf(count, all)})
        </li>
      ))}
    </ul>
  );
}
