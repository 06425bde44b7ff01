import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Bot16Regular } from '@fluentui/react-icons/svg/bot';
import { useTranslation } from 'react-i18next';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { fullTime, localClock } from '../ui/time.tsx';
import type { Delivery } from './delivery.ts';
import { DeliveryMark } from './delivery-mark.tsx';

const useStyles = makeStyles({
  meta: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: '2px 8px',
    alignItems: 'center',
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    padding: '0 4px',
  },
  out: { justifyContent: 'flex-end' },
  item: { display: 'inline-flex', alignItems: 'center', gap: '4px' },
});

/** Below a bubble: by whom, with which template, when, and how it was delivered. */
export function BubbleMeta({ message, delivery }: { message: MessageOut; delivery: Delivery | null }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const mine = message.direction === 'out';
  return (
    <div className={mergeClasses(styles.meta, mine && styles.out)}>
      {message.automatic && (
        <span className={styles.item}>
          <Bot16Regular aria-hidden /> {t('bubble.automatic')}
        </span>
      )}
      {message.template !== undefined && (
        <span>
          <bdi>{message.template.name}</bdi> · <bdi>{message.template.language}</bdi>
        </span>
      )}
      {mine && !message.automatic && message.actor !== null && <bdi>{message.actor}</bdi>}
      <time dateTime={message.at} title={fullTime(message.at)}>
        {localClock(message.at)}
      </time>
      {delivery !== null && <DeliveryMark delivery={delivery} at={message.statusAt} />}
    </div>
  );
}
