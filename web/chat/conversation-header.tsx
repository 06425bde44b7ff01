import { Avatar, Button, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowLeft20Regular } from '@fluentui/react-icons/svg/arrow-left';
import { Fragment } from 'react';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { ConsentBadge } from '../ui/consent-badge.tsx';
import { useFollow } from '../ui/link.tsx';
import { ConversationMenu } from './conversation-menu.tsx';
import { RecordLink } from './record-link.tsx';

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
  name: {
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
    overflowWrap: 'anywhere',
  },
  line: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
  badges: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'flex-end',
    gap: '4px',
    '@media (max-width: 480px)': { maxWidth: '110px' },
  },
});

type Props = {
  conversation: ConversationOut;
  /** Where the list is, on a screen too narrow for both; absent on a record's page. */
  backTo?: string;
  /** The record this stands on, which need not be named again. */
  onRecord?: boolean;
};

/** Whose conversation this is: name, number, linked records, consent, and what can be recorded about them. */
export function ConversationHeader({ conversation, backTo, onRecord = false }: Props) {
  const styles = useStyles();
  const { contactPoint, records, consent, onHold } = conversation;
  const Name = onRecord ? 'h2' : 'h1';
  return (
    <header className={styles.header}>
      {backTo !== undefined && <BackButton to={backTo} />}
      <Avatar name={contactPoint.name} color="colorful" className={styles.avatar} aria-hidden />
      <div className={styles.who}>
        <Name className={styles.name} dir="auto">
          {contactPoint.name}
        </Name>
        <div className={styles.line}>
          {contactPoint.phone ?? contactPoint.userId ?? 'No number known'}
          {contactPoint.shared && ' · shared number'}
          {!onRecord && (
            <>
              {' · '}
              {records.length === 0 && 'in no CRM record'}
              {records.map((record, index) => (
                <Fragment key={`${record.recordType}/${record.id}`}>
                  {index > 0 && ', '}
                  <RecordLink record={record} /> ({record.recordType})
                </Fragment>
              ))}
            </>
          )}
        </div>
      </div>
      <div className={styles.badges}>
        <ConsentBadge state={consent.service} onHold={onHold} />
        {consent.marketing !== 'not-asked' && <ConsentBadge state={consent.marketing} purpose="marketing" />}
      </div>
      <ConversationMenu conversation={conversation} />
    </header>
  );
}

function BackButton({ to }: { to: string }) {
  const styles = useStyles();
  const follow = useFollow(to);
  return (
    <Button
      as="a"
      href={to}
      onClick={follow}
      appearance="subtle"
      className={styles.back}
      icon={<ArrowLeft20Regular />}
      aria-label="Back to all chats"
    />
  );
}
