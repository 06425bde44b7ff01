import { makeStyles } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { useConversation, useSendable } from './chat-queries.ts';
import { Composer } from './composer.tsx';
import { ComposerSteps } from './composer-steps.tsx';
import { ConversationHeader } from './conversation-header.tsx';
import { useMarkRead } from './conversation-view.tsx';
import { AnswerArea, NoteSwitching } from './note-switch.tsx';
import { OwnerBar } from './owner-bar.tsx';
import { Thread } from './thread.tsx';
import { isUnknown, UnknownRecord } from './unknown-record.tsx';

const useStyles = makeStyles({
  view: { height: '100%', minHeight: 0, display: 'flex', flexDirection: 'column' },
  // It gives way to the question below, to its last line: what keeps its distance stands inside.
  none: { flex: 1, minHeight: 0, overflowY: 'auto' },
  hint: { padding: '16px' },
});

/**
 * The chat of one CRM record, with its messaging number. It is there before a first message too: then it holds just
 * the composer, which offers what the gate allows.
 */
export function RecordConversation({ table, id }: { table: string; id: string }) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const to = { recordType: table, recordId: id };
  const sendable = useSendable(to);
  const conversationId = sendable.data?.conversationId ?? null;
  if (sendable.data === undefined && isUnknown(sendable.error)) return <UnknownRecord table={table} />;
  return (
    <NoteSwitching>
      <ComposerSteps>
        <section className={styles.view} aria-label={t('record.label')}>
          {conversationId === null ? (
            <div className={styles.none}>
              <div className={styles.hint}>
                <Loaded query={sendable}>
                  {({ banner }) =>
                    // There is a chat, and it is not shown here: another team has it.
                    banner.code === 'owned-by-colleague' ? (
                      <EmptyState title={t('record.elsewhere')} />
                    ) : (
                      <EmptyState title={t('record.emptyTitle')}>{t('record.emptyText')}</EmptyState>
                    )
                  }
                </Loaded>
              </div>
            </div>
          ) : (
            <Existing conversationId={conversationId} recordId={id} />
          )}
          <AnswerArea conversationId={conversationId}>
            <Composer to={to} draftId={conversationId ?? `${table}/${id}`} alone={conversationId === null} />
          </AnswerArea>
        </section>
      </ComposerSteps>
    </NoteSwitching>
  );
}

function Existing({ conversationId, recordId }: { conversationId: string; recordId: string }) {
  const conversation = useConversation(conversationId);
  useMarkRead(conversation.data);
  return (
    <Loaded query={conversation}>
      {(one) => {
        const named = namedBy(one, recordId);
        return (
          <>
            <ConversationHeader conversation={named} onRecord />
            <OwnerBar conversation={named} />
            <Thread conversationId={named.id} customer={named.contactPoint.name} />
          </>
        );
      }}
    </Loaded>
  );
}

/** On a record's own page the customer is called as that record does, whichever of several names them elsewhere. */
function namedBy(conversation: ConversationOut, recordId: string): ConversationOut {
  const own = conversation.records.find((record) => record.id === recordId);
  if (own === undefined || own.name === '') return conversation;
  return { ...conversation, contactPoint: { ...conversation.contactPoint, name: own.name } };
}
