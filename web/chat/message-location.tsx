import { Link, makeStyles, tokens } from '@fluentui/react-components';
import { Location20Regular } from '@fluentui/react-icons/svg/location';
import { useTranslation } from 'react-i18next';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { plainText } from './message-plain.ts';

const useStyles = makeStyles({
  card: { display: 'flex', gap: '8px', alignItems: 'flex-start' },
  icon: { flexShrink: 0, color: tokens.colorBrandForeground1 },
  words: { display: 'flex', flexDirection: 'column', gap: '2px', minWidth: 0, overflowWrap: 'anywhere' },
  name: { fontWeight: tokens.fontWeightSemibold },
  small: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});

/** Where a shared place is, in words, with a link to a map: a map inside the page would tell its maker who looks. */
export function MessageLocation({ location }: { location: NonNullable<MessageOut['location']> }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const { latitude, longitude } = location;
  const place = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  return (
    <div className={styles.card}>
      <Location20Regular className={styles.icon} aria-hidden />
      <div className={styles.words}>
        <span className={styles.name} dir="auto">
          {plainText(location.name ?? t('kind.location'))}
        </span>
        {location.address !== undefined && <span dir="auto">{plainText(location.address)}</span>}
        <span className={styles.small}>
          <bdi dir="ltr">{place}</bdi>
        </span>
        <Link
          href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`}
          target="_blank"
          rel="noopener noreferrer nofollow"
        >
          {t('location.openMap')}
        </Link>
      </div>
    </div>
  );
}
