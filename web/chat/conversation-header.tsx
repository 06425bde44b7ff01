import { Avatar, Button, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowLeft20Regular } from '@fluentui/react-icons/svg/arrow-left';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { ConsentBadge } from '../ui/consent-badge.tsx';
import { useFollow } from '../ui/link.tsx';
import { PhoneNumber } from '../ui/phone-number.tsx';
import { duration, localTime } from '../ui/time.tsx';
import { ConversationMenu } from './conversation-menu.tsx';
import { OwnerLine } from './owner-line.tsx';
import { RecordLinks } from './record-links.tsx';
import { useTimeLeft } from './use-time-left.ts';

const useStyles = makeStyles({
  header: {
    display: 'flex',
    alignItems: 'center',
    gap: '12px',
    padding: '8px 12px',
    minHeight: '60px',
    flexShrink: 0,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  back: { '@media (min-width: 861px)': { display: 'none' } },
  avatar: { '@media (max-width: 480px)': { display: 'none' } },
  who: { flex: 1, minWidth: 0 },
  title: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '2px 8px' },
  name: {
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: 'anywhere',
    // What a customer calls themselves can be long, and the room below is the chat's.
    display: '-webkit-box',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: 2,
    overflow: 'hidden',
  },
  records: {
    minWidth: 0,
    '& a': {
      display: 'inline-block',
      maxWidth: 'min(100%, 48ch)',
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
      verticalAlign: 'bottom',
    },
  },
  line: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    columnGap: '12px',
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: 'anywhere',
  },
  badges: { display: 'flex', flexWrap: 'wrap', gap: '4px' },
  closing: { color: tokens.colorStatusWarningForeground1, fontWeight: tokens.fontWeightSemibold },
});

type Props = {
  conversation: ConversationOut;
  /** Where the list is, on a screen too narrow for both; absent on a record's page. */
  backTo?: string;
  /** The record this stands on, which need not be named again. */
  onRecord?: boolean;
  /** Beside a customer who is in no record: what leads them into the CRM. */
  toRecord?: ReactNode;
};

/** Whose conversation this is: name, number, linked records, consent, who answers, and what can be done about it. */
export function ConversationHeader({ conversation, backTo, onRecord = false, toRecord }: Props) {
  const styles = useStyles();
  const { contactPoint, consent, onHold } = conversation;
  const Name = onRecord ? 'h2' : 'h1';
  return (
    <header className={styles.header}>
      {backTo !== undefined && <BackButton to={backTo} />}
      <Avatar name={contactPoint.name} color="colorful" className={styles.avatar} aria-hidden />
      <div className={styles.who}>
        <div className={styles.title}>
          <Name className={styles.name} dir="auto" title={contactPoint.name}>
            {contactPoint.name}
          </Name>
          <span className={styles.badges}>
            <ConsentBadge state={consent.service} onHold={onHold} />
            {consent.marketing !== 'not-asked' && (
              <ConsentBadge state={consent.marketing} purpose="marketing" />
            )}
          </span>
        </div>
        <div className={styles.line}>
          <PhoneOf conversation={conversation} />
          {!onRecord && <Records conversation={conversation} />}
          {conversation.records.length === 0 && toRecord}
        </div>
        <div className={styles.line}>
          <OwnerLine conversation={conversation} />
          <WindowLeft conversation={conversation} />
        </div>
      </div>
      <ConversationMenu conversation={conversation} onRecord={onRecord} />
    </header>
  );
}

function PhoneOf({ conversation: { contactPoint } }: Pick<Props, 'conversation'>) {
  const { t } = useTranslation('desk');
  return (
    <span>
      {contactPoint.phone !== undefined ? (
        <PhoneNumber number={contactPoint.phone} text={contactPoint.phoneText} />
      ) : (
        <bdi>{contactPoint.userId ?? t('header.noNumber')}</bdi>
      )}
      {contactPoint.shared && ` · ${t('header.shared')}`}
    </span>
  );
}

function Records({ conversation: { records } }: Pick<Props, 'conversation'>) {
  const { t } = useTranslation('desk');
  const styles = useStyles();
  return (
    <span className={styles.records}>
      {records.length === 0 ? t('header.noRecord') : <RecordLinks records={records} />}
    </span>
  );
}

const HOUR = 3_600_000;

/**
 * How long the customer service window is open, with weight in the last hour. Whether free text may go is the
 * composer's to say: a window is open for one who refused or is blocked, too.
 */
function WindowLeft({ conversation: { serviceWindowClosesAt } }: Pick<Props, 'conversation'>) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const left = useTimeLeft(serviceWindowClosesAt);
  if (serviceWindowClosesAt === null || left <= 0) return <span>{t('header.windowClosed')}</span>;
  return (
    <span
      className={left < HOUR ? styles.closing : ''}
      title={t('header.windowUntil', { time: localTime(serviceWindowClosesAt, 'since') })}
    >
      {t('header.windowLeft', { left: duration(left) })}
    </span>
  );
}

function BackButton({ to }: { to: string }) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const follow = useFollow(to);
  return (
    <Button
      as="a"
      href={to}
      onClick={follow}
      appearance="subtle"
      className={styles.back}
      icon={<ArrowLeft20Regular />}
      aria-label={t('header.back')}
    />
  );
}
