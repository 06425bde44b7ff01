import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ArrowSwap20Regular } from '@fluentui/react-icons/svg/arrow-swap';
import { Chat20Regular } from '@fluentui/react-icons/svg/chat';
import { CheckmarkCircle20Regular } from '@fluentui/react-icons/svg/checkmark-circle';
import { Clock20Regular } from '@fluentui/react-icons/svg/clock';
import { DismissCircle20Regular } from '@fluentui/react-icons/svg/dismiss-circle';
import { Mention20Regular } from '@fluentui/react-icons/svg/mention';
import { PeopleChat20Regular } from '@fluentui/react-icons/svg/people-chat';
import { PersonArrowRight20Regular } from '@fluentui/react-icons/svg/person-arrow-right';
import { Timer20Regular } from '@fluentui/react-icons/svg/timer';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { NotificationOut } from '../../src/http/schemas/desk.ts';
import { useFollow } from '../ui/link.tsx';
import { Time } from '../ui/time.tsx';
import { conversationPath } from './conversation-path.ts';
import { notificationSentence, notificationText } from './words.ts';

const icons: Record<NotificationOut['kind'], ReactElement> = {
  assigned: <PersonArrowRight20Regular />,
  'assignment-accepted': <CheckmarkCircle20Regular />,
  'assignment-rejected': <DismissCircle20Regular />,
  'assignment-timed-out': <Clock20Regular />,
  mentioned: <Mention20Regular />,
  discussion: <PeopleChat20Regular />,
  'taken-over': <ArrowSwap20Regular />,
  returned: <PersonArrowRight20Regular />,
  waiting: <Clock20Regular />,
  'window-closing': <Timer20Regular />,
  answered: <Chat20Regular />,
};

const useStyles = makeStyles({
  row: {
    display: 'grid',
    gridTemplateColumns: '20px minmax(0, 1fr) 8px',
    gap: '2px 12px',
    width: '100%',
    padding: '10px 16px',
    border: 'none',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
    font: 'inherit',
    textAlign: 'start',
    textDecorationLine: 'none',
    cursor: 'pointer',
    color: tokens.colorNeutralForeground2,
    backgroundColor: 'transparent',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  unread: { color: tokens.colorNeutralForeground1, '& svg': { color: tokens.colorBrandForeground1 } },
  icon: { gridRow: '1 / span 3', lineHeight: 0, paddingBlockStart: '1px' },
  sentence: { overflowWrap: 'anywhere' },
  strong: { fontWeight: tokens.fontWeightSemibold },
  text: {
    gridColumn: 2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    display: '-webkit-box',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: 2,
    overflow: 'hidden',
    overflowWrap: 'anywhere',
  },
  when: { gridColumn: 2, fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground3 },
  dot: {
    gridColumn: 3,
    gridRow: 1,
    width: '8px',
    height: '8px',
    marginBlockStart: '6px',
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: tokens.colorBrandForeground1,
  },
  hidden: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
});

/** One of them: leads to its conversation, and is read by that. */
export function NotificationRow({
  notification,
  onOpen,
}: {
  notification: NotificationOut;
  onOpen: () => void;
}) {
  const styles = useStyles();
  const { conversation, readAt } = notification;
  const className = mergeClasses(styles.row, readAt === null && styles.unread);
  const content = <Content notification={notification} />;
  // Where there is nowhere to go, a click still puts it aside.
  if (conversation === null)
    return (
      <button type="button" className={className} onClick={onOpen}>
        {content}
      </button>
    );
  return (
    <ConversationLink id={conversation.id} className={className} onOpen={onOpen}>
      {content}
    </ConversationLink>
  );
}

function ConversationLink(props: {
  id: string;
  className: string;
  onOpen: () => void;
  children: ReactElement;
}) {
  const to = conversationPath(props.id);
  const follow = useFollow(to);
  return (
    <a
      href={to}
      className={props.className}
      onClick={(event) => {
        follow(event);
        props.onOpen();
      }}
    >
      {props.children}
    </a>
  );
}

function Content({ notification }: { notification: NotificationOut }) {
  const { t } = useTranslation('notifications');
  const styles = useStyles();
  const { kind, at, readAt } = notification;
  const text = notificationText(notification);
  return (
    <>
      <span className={styles.icon} aria-hidden>
        {icons[kind]}
      </span>
      <span className={mergeClasses(styles.sentence, readAt === null && styles.strong)}>
        {readAt === null && <span className={styles.hidden}>{t('unread')}</span>}{' '}
        {notificationSentence(t, notification)}
      </span>
      {readAt === null && <span className={styles.dot} aria-hidden />}
      {text !== '' && (
        <span className={styles.text} dir="auto">
          {text}
        </span>
      )}
      <span className={styles.when}>
        <Time at={at} form="long" />
      </span>
    </>
  );
}
