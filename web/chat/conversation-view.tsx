import { makeStyles } from '@fluentui/react-components';
import { type ReactNode, useEffect, useRef } from 'react';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { api, chatPath } from '../ui/api.ts';
import { useMay } from '../ui/me.tsx';
import { Composer } from './composer.tsx';
import { ComposerSteps } from './composer-steps.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { AnswerArea, NoteSwitching } from './note-switch.tsx';
import { OwnerBar } from './owner-bar.tsx';
import { Thread } from './thread.tsx';

const useStyles = makeStyles({
  view: { height: '100%', minHeight: 0, display: 'flex', flexDirection: 'column' },
});

/** One conversation: who it is, who answers, what was said, and where to answer. */
export function ConversationView({
  conversation,
  backTo,
  toRecord,
}: {
  conversation: ConversationOut;
  backTo: string;
  toRecord: ReactNode;
}) {
  const styles = useStyles();
  useMarkRead(conversation);
  return (
    <NoteSwitching>
      <ComposerSteps>
        <div className={styles.view}>
          <ConversationHeader conversation={conversation} backTo={backTo} toRecord={toRecord} />
          <OwnerBar conversation={conversation} backTo={backTo} />
          <Thread conversationId={conversation.id} customer={conversation.contactPoint.name} />
          <AnswerArea conversationId={conversation.id}>
            <Composer to={{ conversationId: conversation.id }} draftId={conversation.id} />
          </AnswerArea>
        </div>
      </ComposerSteps>
    </NoteSwitching>
  );
}

/** Marks what came in as read while an agent looks at it; a page in the background does not, nor does who may not chat. */
export function useMarkRead(conversation: ConversationOut | undefined): void {
  const id = conversation?.id;
  const unread = conversation?.unread ?? 0;
  const lastMessageAt = conversation?.lastMessageAt ?? '';
  const mayAct = useMay('chat');
  const told = useRef('');
  useEffect(() => {
    if (unread === 0) told.current = '';
    if (id === undefined || unread === 0 || !mayAct) return;
    const tell = () => {
      const what = `${id} ${unread} ${lastMessageAt}`;
      if (document.visibilityState !== 'visible' || told.current === what) return;
      told.current = what;
      api.post(chatPath(id, 'read')).catch(() => {
        told.current = '';
      });
    };
    tell();
    document.addEventListener('visibilitychange', tell);
    return () => document.removeEventListener('visibilitychange', tell);
  }, [id, unread, lastMessageAt, mayAct]);
}
