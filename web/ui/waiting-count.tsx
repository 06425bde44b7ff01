import { CounterBadge, makeStyles } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { WaitingDecisionsOut } from '../../src/http/schemas/consent.ts';
import { answerOf, api } from './api.ts';
import { useFresh } from './live.ts';
import { keys } from './queries.ts';

const useStyles = makeStyles({ count: { marginInlineStart: 'auto' } });

const TOPIC = keys.held();
const COUNTED = keys.waitingDecisions();
/** The server counts each kind no further than 100. */
const MOST = 99;

/** How many messages on hold and grants wait for this person's decision. */
export function WaitingCount() {
  const { t } = useTranslation('reports');
  const styles = useStyles();
  useFresh(TOPIC, COUNTED);
  const waiting = useQuery({
    queryKey: COUNTED,
    queryFn: ({ signal }) => api.get('/api/waiting-decisions', answerOf<WaitingDecisionsOut>(), { signal }),
  });
  const count = waiting.data === undefined ? 0 : waiting.data.held + waiting.data.grants;
  if (count === 0) return null;
  return (
    <CounterBadge
      className={styles.count}
      count={count}
      overflowCount={MOST}
      color="danger"
      role="img"
      aria-label={count > MOST ? t('waitingMany') : t('waiting', { count })}
    />
  );
}
