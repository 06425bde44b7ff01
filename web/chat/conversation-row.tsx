import { CounterBadge, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ArrowReply16Regular } from '@fluentui/react-icons/svg/arrow-reply';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { ConsentBadge } from '../ui/consent-badge.tsx';
import { useFollow } from '../ui/link.tsx';
import { Ago } from './ago.tsx';

const useStyles = makeStyles({
  row: {
    display: 'grid',
    gridTemplateColumns: '1fr auto',
    gap: '2px 8px',
    padding: '10px 12px',
    height: '100%',
    alignContent: 'center',
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  current: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    boxShadow: `inset 3px 0 0 ${tokens.colorCompoundBrandStroke}`,
  },
  name: {
    fontWeight: tokens.fontWeightSemibold,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  time: { justifySelf: 'end', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  last: {
    gridColumn: '1 / -1',
    display: 'flex',
    alignItems: 'center',
    gap: '4px',
    minWidth: 0,
    color: tokens.colorNeutralForeground2,
  },
  lastText: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  unreadText: { color: tokens.colorNeutralForeground1, fontWeight: tokens.fontWeightSemibold },
  number: {
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    alignSelf: 'center',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  marks: { justifySelf: 'end', display: 'flex', alignItems: 'center', gap: '6px' },
});

/** One conversation in the list; the whole row is its link. */
export function ConversationRow({
  conversation,
  current,
}: {
  conversation: ConversationOut;
  current: boolean;
}) {
  const styles = useStyles();
  const { contactPoint, lastMessage, lastMessageAt, unread } = conversation;
  const address = `/chats/${encodeURIComponent(conversation.id)}`;
  const follow = useFollow(address);
  return (
    <a
      href={address}
      onClick={follow}
      aria-current={current ? 'page' : undefined}
      className={mergeClasses(styles.row, current && styles.current)}
    >
      <span className={styles.name} dir="auto">
        {contactPoint.name}
      </span>
      <span className={styles.time}>{lastMessageAt !== null && <Ago at={lastMessageAt} />}</span>
      <span className={styles.last}>
        {lastMessage?.direction === 'out' && (
          <ArrowReply16Regular
            role="img"
            aria-label="We wrote:"
            aria-hidden={false}
            style={{ flexShrink: 0 }}
          />
        )}
        <span className={mergeClasses(styles.lastText, unread > 0 && styles.unreadText)} dir="auto">
          {lastMessage?.text ?? (lastMessageAt === null ? 'No messages yet' : 'A message without text')}
        </span>
      </span>
      <span className={styles.number}>{contactPoint.phone ?? contactPoint.userId ?? ''}</span>
      <span className={styles.marks}>
        {unread > 0 && (
          <CounterBadge count={unread} size="small" role="img" aria-label={`${unread} unread`} />
        )}
        <ConsentBadge state={conversation.consent.service} onHold={conversation.onHold} />
      </span>
    </a>
  );
}
