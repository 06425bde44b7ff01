import { Avatar, Badge, CounterBadge, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Clock16Regular } from '@fluentui/react-icons/svg/clock';
import { Prohibited16Regular } from '@fluentui/react-icons/svg/prohibited';
import { memo, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { ConsentBadge } from '../ui/consent-badge.tsx';
import { useFollow } from '../ui/link.tsx';
import { useMe } from '../ui/me.tsx';
import { duration } from '../ui/time.tsx';
import { Ago } from './ago.tsx';
import { usePresent } from './presence.ts';
import { PresenceLine } from './presence-line.tsx';
import { RowSnippet } from './row-snippet.tsx';
import { useClock } from './use-clock.ts';
import { useOpenAhead } from './use-open-ahead.ts';
import { waitingOf } from './waiting.ts';

const useStyles = makeStyles({
  row: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) auto',
    gap: '3px 8px',
    padding: '0 12px',
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
    borderInlineStartWidth: '3px',
    borderInlineStartStyle: 'solid',
    borderInlineStartColor: tokens.colorCompoundBrandStroke,
    paddingInlineStart: '9px',
  },
  name: {
    fontWeight: tokens.fontWeightSemibold,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
  time: { justifySelf: 'end', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  snippet: { minWidth: 0, overflow: 'hidden' },
  unread: { justifySelf: 'end' },
  marks: {
    gridColumn: '1 / -1',
    display: 'flex',
    alignItems: 'center',
    gap: '6px',
    minWidth: 0,
    overflow: 'hidden',
    height: '24px',
  },
  owner: { marginInlineStart: 'auto', flexShrink: 0 },
  whole: { flexShrink: 0, whiteSpace: 'nowrap' },
  channel: {
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
  },
});

type Props = {
  conversation: ConversationOut;
  current: boolean;
  /** Its address, in the list as it is now. */
  address: string;
  /** Minutes after which a wait is too long; null where nobody is reminded. */
  remindAfter: number | null;
  /** Named where the organisation answers on several numbers. */
  channel: string | null;
  /** Only one row of the list is reached by Tab; the arrows move between them. */
  tabStop: boolean;
  /** Told which link is the row's, and null when it leaves the page. The same function for every row. */
  onLink: (conversationId: string, link: HTMLAnchorElement | null) => void;
};

/** One conversation in the list; the whole row is its link. */
export const ConversationRow = memo(function ConversationRow({
  conversation,
  current,
  address,
  remindAfter,
  channel,
  tabStop,
  onLink,
}: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const { id, contactPoint, lastMessageAt, unread } = conversation;
  const follow = useFollow(address);
  const present = usePresent(id);
  const ahead = useOpenAhead(id);
  const link = useCallback((element: HTMLAnchorElement | null) => onLink(id, element), [onLink, id]);
  return (
    <a
      ref={link}
      {...ahead}
      href={address}
      onClick={follow}
      tabIndex={tabStop ? 0 : -1}
      aria-current={current ? 'page' : undefined}
      className={mergeClasses(styles.row, current && styles.current)}
      data-conversation={conversation.id}
    >
      <span className={styles.name} dir="auto" title={contactPoint.phone}>
        {contactPoint.name}
      </span>
      <span className={styles.time}>{lastMessageAt !== null && <Ago at={lastMessageAt} />}</span>
      <span className={styles.snippet}>
        {present.length > 0 ? (
          <PresenceLine conversationId={conversation.id} quiet />
        ) : (
          <RowSnippet conversation={conversation} />
        )}
      </span>
      <span className={styles.unread}>
        {unread > 0 && (
          <CounterBadge
            count={unread}
            size="small"
            role="img"
            aria-label={t('row.unread', { count: unread })}
          />
        )}
      </span>
      <span className={styles.marks}>
        <ConsentBadge state={conversation.consent.service} onHold={conversation.onHold} />
        <Waiting conversation={conversation} remindAfter={remindAfter} />
        <Standing conversation={conversation} />
        {channel !== null && <span className={styles.channel}>{channel}</span>}
        {conversation.owner !== null && (
          <Avatar
            className={styles.owner}
            name={conversation.owner.name}
            size={20}
            color="colorful"
            role="img"
            aria-label={t('row.answeredBy', { name: conversation.owner.name })}
            title={t('row.answeredBy', { name: conversation.owner.name })}
          />
        )}
      </span>
    </a>
  );
});

function Waiting({ conversation, remindAfter }: Pick<Props, 'conversation' | 'remindAfter'>) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const waiting = waitingOf(conversation.waitingSince, remindAfter, useClock());
  if (waiting === null) return null;
  return (
    <Badge
      appearance={waiting.late ? 'tint' : 'ghost'}
      color={waiting.late ? 'warning' : 'informative'}
      icon={<Clock16Regular />}
      className={styles.whole}
      title={waiting.late ? t('row.waitingLate') : undefined}
    >
      {t('row.waiting', { time: duration(waiting.minutes * 60_000, 'short', 'minute') })}
    </Badge>
  );
}

/** What sets this one apart: offered to me, asked in, blocked, closed. One word at most, the one that asks for something. */
function Standing({ conversation }: Pick<Props, 'conversation'>) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const me = useMe();
  const { assignment, discussing, blocked, status } = conversation;
  if (assignment?.to.id === me.id)
    return (
      <Badge appearance="filled" color="brand" className={styles.whole}>
        {t('row.offered')}
      </Badge>
    );
  if (blocked)
    return (
      <Badge appearance="tint" color="danger" icon={<Prohibited16Regular />} className={styles.whole}>
        {t('row.blocked')}
      </Badge>
    );
  if (discussing.some(({ id }) => id === me.id))
    return (
      <Badge appearance="outline" color="informative" className={styles.whole}>
        {t('row.askedIn')}
      </Badge>
    );
  if (status === 'closed')
    return (
      <Badge appearance="outline" color="informative" className={styles.whole}>
        {t('row.closed')}
      </Badge>
    );
  return null;
}
