import {
  Avatar,
  Button,
  Menu,
  MenuDivider,
  MenuItem,
  MenuItemLink,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { ArrowLeft20Regular } from '@fluentui/react-icons/svg/arrow-left';
import { MoreHorizontal20Regular } from '@fluentui/react-icons/svg/more-horizontal';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Fragment, useState } from 'react';
import { ConversationOut } from '../../src/http/schemas/chat.ts';
import { api, withQuery } from '../ui/api.ts';
import { ConsentBadge } from '../ui/consent-badge.tsx';
import { useFollow } from '../ui/link.tsx';
import { useMe } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.tsx';
import { GrantDialog, RefusalDialog } from './decision-dialogs.tsx';
import { recordAddress } from './record-address.ts';
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
  return (
    <header className={styles.header}>
      {backTo !== undefined && <BackButton to={backTo} />}
      <Avatar name={contactPoint.name} color="colorful" className={styles.avatar} aria-hidden />
      <div className={styles.who}>
        <h2 className={styles.name} dir="auto">
          {contactPoint.name}
        </h2>
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

function ConversationMenu({ conversation }: { conversation: ConversationOut }) {
  const client = useQueryClient();
  const notify = useNotify();
  const mayAct = useMe().role !== 'auditor';
  const [dialog, setDialog] = useState<'refusal' | 'grant' | null>(null);
  const { contactPoint, records } = conversation;
  const [record] = records;
  const history = record === undefined ? null : `${recordAddress(record)}#consent`;
  const followHistory = useFollow(history ?? '');
  const share = useMutation({
    mutationFn: (shared: boolean) =>
      api.post(
        `/api/conversations/${encodeURIComponent(conversation.id)}/shared`,
        { shared },
        ConversationOut,
      ),
    onSuccess: ({ contactPoint: { shared } }) => {
      notify.success(
        shared ? 'Marked as shared.' : 'No longer marked as shared.',
        shared
          ? 'A Yes now counts only for the record that was asked, a refusal for all.'
          : 'An answer counts for every record of this number.',
      );
      void client.invalidateQueries({ queryKey: ['conversation'] });
      void client.invalidateQueries({ queryKey: ['sendable'] });
    },
    onError: (error) => notify.problem(error),
  });
  return (
    <>
      <Menu>
        <MenuTrigger disableButtonEnhancement>
          <Button
            appearance="subtle"
            icon={<MoreHorizontal20Regular />}
            aria-label="More about this customer"
          />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {history !== null && (
              <MenuItemLink href={history} onClick={followHistory}>
                Consent history
              </MenuItemLink>
            )}
            <MenuItemLink
              href={withQuery('/api/consent-export', { conversationId: conversation.id })}
              download
            >
              Export consent evidence
            </MenuItemLink>
            {mayAct && (
              <>
                <MenuDivider />
                <MenuItem onClick={() => setDialog('refusal')}>Record a refusal…</MenuItem>
                <MenuItem onClick={() => setDialog('grant')}>Record a grant…</MenuItem>
                <MenuItem onClick={() => share.mutate(!contactPoint.shared)}>
                  {contactPoint.shared ? 'This number is not shared' : 'Mark number as shared'}
                </MenuItem>
              </>
            )}
          </MenuList>
        </MenuPopover>
      </Menu>
      {dialog === 'refusal' && (
        <RefusalDialog
          of={{ conversationId: conversation.id }}
          name={contactPoint.name}
          onClose={() => setDialog(null)}
        />
      )}
      {dialog === 'grant' && (
        <GrantDialog
          of={{ conversationId: conversation.id }}
          name={contactPoint.name}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}
