import {
  Button,
  Menu,
  MenuDivider,
  MenuItem,
  MenuItemLink,
  MenuList,
  MenuPopover,
  MenuTrigger,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { MoreHorizontal20Regular } from '@fluentui/react-icons/svg/more-horizontal';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ConversationOut } from '../../src/http/schemas/chat.ts';
import { api, withQuery } from '../ui/api.ts';
import { GrantDialog, RefusalDialog } from '../ui/decision-dialogs.tsx';
import { useFollow } from '../ui/link.tsx';
import { useMe } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.tsx';
import { recordAddress } from './record-address.ts';

/** What an agent can look up or record about a customer: history, evidence, a refusal, a grant, a shared number. */
export function ConversationMenu({ conversation }: { conversation: ConversationOut }) {
  const client = useQueryClient();
  const notify = useNotify();
  const mayAct = useMe().role !== 'auditor';
  const returnFocus = useRestoreFocusTarget();
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
            {...returnFocus}
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
