import { makeStyles, tokens } from '@fluentui/react-components';
import { Checkmark16Regular } from '@fluentui/react-icons/svg/checkmark';
import { Clock16Regular } from '@fluentui/react-icons/svg/clock';
import { DismissCircle16Regular } from '@fluentui/react-icons/svg/dismiss-circle';
import { ErrorCircle16Regular } from '@fluentui/react-icons/svg/error-circle';
import { QuestionCircle16Regular } from '@fluentui/react-icons/svg/question-circle';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { localTime } from '../ui/time.tsx';
import type { Delivery } from './delivery.ts';

const useStyles = makeStyles({
  mark: { display: 'inline-flex', alignItems: 'center', gap: '2px', whiteSpace: 'nowrap' },
  double: { display: 'inline-flex', '& > svg + svg': { marginInlineStart: '-11px' } },
  read: { color: tokens.colorBrandForeground1 },
  failed: { color: tokens.colorPaletteRedForeground1 },
  unknown: { color: tokens.colorPaletteDarkOrangeForeground1 },
});

/** The ticks of a sent message, always with their word, so that nothing hangs on colour or on counting ticks. */
export function DeliveryMark({ delivery, at }: { delivery: Delivery; at: string | null }) {
  const styles = useStyles();
  const tone =
    delivery.icon === 'read'
      ? styles.read
      : delivery.icon === 'failed' || delivery.icon === 'cancelled'
        ? styles.failed
        : delivery.icon === 'unknown'
          ? styles.unknown
          : '';
  const { t } = useTranslation('chat');
  const title =
    at === null ? delivery.label : t('delivery.at', { state: delivery.label, when: localTime(at, 'long') });
  return (
    <span className={styles.mark} title={title}>
      <span className={tone} aria-hidden style={{ display: 'inline-flex' }}>
        {delivery.icon === 'delivered' || delivery.icon === 'read' ? (
          <span className={styles.double}>
            <Checkmark16Regular />
            <Checkmark16Regular />
          </span>
        ) : (
          ICONS[delivery.icon]
        )}
      </span>
      {delivery.label}
    </span>
  );
}

const ICONS: Record<Exclude<Delivery['icon'], 'delivered' | 'read'>, ReactElement> = {
  clock: <Clock16Regular />,
  sent: <Checkmark16Regular />,
  failed: <ErrorCircle16Regular />,
  cancelled: <DismissCircle16Regular />,
  unknown: <QuestionCircle16Regular />,
};
