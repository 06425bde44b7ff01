import { makeStyles, tokens } from '@fluentui/react-components';
import { ArrowReply16Regular } from '@fluentui/react-icons/svg/arrow-reply';
import { List16Regular } from '@fluentui/react-icons/svg/list';
import { useTranslation } from 'react-i18next';
import type { MessageOut } from '../../src/http/schemas/chat.ts';

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0 },
  option: {
    display: 'flex',
    justifyContent: 'center',
    alignItems: 'center',
    gap: '6px',
    padding: '6px 12px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    color: tokens.colorBrandForeground1,
    overflowWrap: 'anywhere',
  },
  row: {
    padding: '6px 12px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    overflowWrap: 'anywhere',
  },
  description: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});

/** The buttons of a template or a message, as the customer has them; shown, not pressable. */
export function BubbleButtons({ labels }: { labels: readonly string[] }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  return (
    <ul className={styles.list} aria-label={t('bubble.buttons')}>
      {labels.map((label, index) => (
        <li key={index} className={styles.option}>
          <ArrowReply16Regular aria-hidden /> <span dir="auto">{label}</span>
        </li>
      ))}
    </ul>
  );
}

/** A list the customer chooses from: its own button, and every row behind it. */
export function BubbleList({ interactive }: { interactive: NonNullable<MessageOut['interactive']> }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const button = interactive.button ?? t('bubble.listButton');
  return (
    <>
      <div className={styles.option}>
        <List16Regular aria-hidden /> <span dir="auto">{button}</span>
      </div>
      <ul className={styles.list} aria-label={t('bubble.listRows', { button })}>
        {interactive.options.map((option) => (
          <li key={option.id} className={styles.row}>
            <div dir="auto">{option.title}</div>
            {option.description !== undefined && (
              <div className={styles.description} dir="auto">
                {option.description}
              </div>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
