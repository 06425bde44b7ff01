import type { ReactElement } from 'react';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { GrantDialog, RefusalDialog } from '../ui/decision-dialogs.tsx';
import { AssignDialog } from './assign-dialog.tsx';
import { DiscussDialog } from './discuss-dialog.tsx';
import { EraseDialog } from './erase-dialog.tsx';
import { ReasonDialog, type ReasonedAct } from './reason-dialog.tsx';
import { TeamDialog } from './team-dialog.tsx';

export type Asking =
  | { dialog: 'refusal' | 'grant' | 'assign' | 'discuss' | 'team' | 'erase' }
  | { dialog: 'reason'; act: ReasonedAct };

/** What is asked before something is done about a chat and its customer. */
export function ConversationDialogs({
  conversation,
  asking,
  onClose,
}: {
  conversation: ConversationOut;
  asking: Asking;
  onClose: () => void;
}): ReactElement {
  const of = { conversationId: conversation.id };
  const { name } = conversation.contactPoint;
  switch (asking.dialog) {
    case 'refusal':
      return <RefusalDialog of={of} name={name} onClose={onClose} />;
    case 'grant':
      return <GrantDialog of={of} name={name} onClose={onClose} />;
    case 'assign':
      return <AssignDialog conversation={conversation} onClose={onClose} />;
    case 'discuss':
      return <DiscussDialog conversation={conversation} onClose={onClose} />;
    case 'team':
      return <TeamDialog conversation={conversation} onClose={onClose} />;
    case 'erase':
      return <EraseDialog conversation={conversation} onClose={onClose} />;
    case 'reason':
      return <ReasonDialog conversation={conversation} act={asking.act} onClose={onClose} />;
  }
}
