import { makeStyles, tokens } from '@fluentui/react-components';
import { LockClosed16Filled } from '@fluentui/react-icons/svg/lock-closed';
import { useTranslation } from 'react-i18next';
import type { TraceOut } from '../../src/http/schemas/desk.ts';
import { listOf } from '../i18n/locale.ts';
import { fullTime, localClock } from '../ui/time.tsx';
import { MessageText } from './message-text.tsx';

const useStyles = makeStyles({
  note: {
    alignSelf: 'flex-end',
    maxWidth: 'min(78%, 560px)',
    padding: '8px 12px',
    borderRadius: '10px',
    border: `1px dashed ${tokens.colorPaletteYellowBorder2}`,
    backgroundColor: tokens.colorPaletteYellowBackground1,
    color: tokens.colorNeutralForeground1,
    display: 'flex',
    flexDirection: 'column',
    gap: '4px',
    '@media (max-width: 640px)': { maxWidth: '88%' },
  },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '2px 6px',
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
  },
  private: {
    display: 'inline-flex',
    alignItems: 'center',
    gap: '4px',
    fontWeight: tokens.fontWeightSemibold,
  },
  mentions: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});

/** A colleague's note. It must never look like something the customer can read. */
export function ThreadNote({ note }: { note: TraceOut }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const author = note.actor?.name ?? t('bubble.us');
  return (
    <article className={styles.note} aria-label={t('note.label', { name: author })}>
      <div className={styles.head}>
        <span className={styles.private}>
          <LockClosed16Filled aria-hidden /> {t('note.private')}
        </span>
        <bdi>{author}</bdi>
        <time dateTime={note.at} title={fullTime(note.at)}>
          {localClock(note.at)}
        </time>
      </div>
      <MessageText text={note.text ?? ''} />
      {note.mentions.length > 0 && (
        <div className={styles.mentions}>
          {t('note.mentions', { names: listOf(note.mentions.map(({ name }) => name)) })}
        </div>
      )}
    </article>
  );
}
