import { Badge, Button, makeStyles, tokens } from '@fluentui/react-components';
import { Desktop20Regular } from '@fluentui/react-icons/svg/desktop';
import { Phone20Regular } from '@fluentui/react-icons/svg/phone';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { SessionOut } from '../../src/http/schemas/people.ts';
import { deviceOf, isHandheld } from './device.ts';
import { Time } from './time.tsx';

type Session = z.infer<typeof SessionOut>;

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column' },
  row: {
    display: 'flex',
    alignItems: 'center',
    gap: '12px',
    padding: '10px 0',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    ':last-child': { borderBottomWidth: 0 },
  },
  icon: { color: tokens.colorNeutralForeground3, lineHeight: 0 },
  text: { flex: 1, minWidth: 0 },
  device: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px' },
  facts: {
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    overflowWrap: 'anywhere',
  },
});

type Props = {
  label: string;
  sessions: Session[];
  /** Ends one; without it the list only shows. */
  onRevoke?: (session: Session) => void;
  busy?: boolean;
};

/** Where somebody is signed in: device, how and when they signed in, when they were last seen. */
export function SessionList({ label, sessions, onRevoke, busy = false }: Props) {
  const { t } = useTranslation('people');
  const styles = useStyles();
  return (
    <ul className={styles.list} aria-label={label}>
      {sessions
        .toSorted((a, b) => Number(b.current) - Number(a.current))
        .map((session) => {
          const { browser, system } = deviceOf(session.userAgent);
          const device =
            browser !== null && system !== null
              ? t('sessions.device', { browser, system })
              : (browser ?? system ?? t('sessions.unknownDevice'));
          return (
            <li key={session.id} className={styles.row}>
              <span className={styles.icon} aria-hidden>
                {isHandheld(session.userAgent) ? <Phone20Regular /> : <Desktop20Regular />}
              </span>
              <div className={styles.text}>
                <div className={styles.device}>
                  <span title={session.userAgent ?? ''}>{device}</span>
                  {session.current && (
                    <Badge appearance="tint" color="success">
                      {t('sessions.current')}
                    </Badge>
                  )}
                </div>
                <div className={styles.facts}>
                  {t(`sessions.method.${session.method}`)} <Time at={session.signedInAt} form="long" />
                  {' · '}
                  {t('sessions.lastSeen')} <Time at={session.seenAt} form="long" />
                  {session.address !== null && ` · ${session.address}`}
                </div>
              </div>
              {onRevoke !== undefined && !session.current && (
                <Button
                  size="small"
                  disabledFocusable={busy}
                  aria-label={t('sessions.revokeOne', { device })}
                  onClick={() => onRevoke(session)}
                >
                  {t('sessions.revoke')}
                </Button>
              )}
            </li>
          );
        })}
    </ul>
  );
}
