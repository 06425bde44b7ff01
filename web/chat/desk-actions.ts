import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import type { TraceOut } from '../../src/http/schemas/desk.ts';
import { answerOf, api, chatPath } from '../ui/api.ts';
import { useNotify } from '../ui/notify.ts';
import { keys } from '../ui/queries.ts';

/** What a person does about who works in a conversation. Each leaves a trace in it, on the server. */
export type DeskAct =
  | { do: 'accept' | 'dismiss' | 'close' | 'reopen' }
  | { do: 'block' | 'unblock' | 'withdraw' | 'take-over' | 'release'; reason?: string }
  | { do: 'assign'; to: string; reason?: string }
  | { do: 'decide'; accept: boolean; reason?: string }
  | { do: 'team'; team: string }
  | { do: 'discuss'; person: string; reason?: string }
  | { do: 'end-discussion'; person: string }
  | { do: 'note'; text: string; mentions: string[] };

/**
 * The acts of one conversation. `act` resolves with true once the server has done it; where it refuses, its sentence
 * is shown and the answer is false.
 */
export function useDesk(conversation: Pick<ConversationOut, 'id'>) {
  const { id } = conversation;
  const { t } = useTranslation('desk');
  const client = useQueryClient();
  const notify = useNotify();
  const { mutateAsync, isPending, variables } = useMutation({
    mutationFn: (act: DeskAct) => tell(id, act),
    onSuccess: (stored, act) => {
      if (stored !== null) client.setQueryData(keys.conversation(id), stored);
      // A note is seen where it was written.
      if (act.do !== 'note') notify.success(t(`done.${doneKey(act)}`));
    },
    onError: (error) => notify.problem(error, t('notDone')),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['conversation'] });
      void client.invalidateQueries({ queryKey: ['sendable'] });
      void client.invalidateQueries({ queryKey: ['notification'] });
    },
  });
  return useMemo(
    () => ({
      act: (act: DeskAct): Promise<boolean> =>
        mutateAsync(act).then(
          () => true,
          () => false,
        ),
      /** The act that is on its way, so that its button can say so. */
      doing: isPending ? (variables?.do ?? null) : null,
    }),
    [mutateAsync, isPending, variables],
  );
}

/** Answers the conversation as it stands after the act; null where the server answers something else. */
async function tell(id: string, act: DeskAct): Promise<ConversationOut | null> {
  const base = chatPath(id);
  switch (act.do) {
    case 'accept':
    case 'dismiss':
    case 'close':
    case 'reopen':
      return api.post(`${base}/${act.do}`, {}, answerOf<ConversationOut>());
    case 'block':
    case 'unblock':
    case 'withdraw':
    case 'take-over':
    case 'release':
      return api.post(`${base}/${act.do}`, withReason(act.reason), answerOf<ConversationOut>());
    case 'assign':
      return api.post(
        `${base}/assign`,
        { to: act.to, ...withReason(act.reason) },
        answerOf<ConversationOut>(),
      );
    case 'decide':
      return api.post(
        `${base}/assignment`,
        { accept: act.accept, ...withReason(act.reason) },
        answerOf<ConversationOut>(),
      );
    case 'team':
      return api.post(`${base}/team`, { team: act.team }, answerOf<ConversationOut>());
    case 'discuss':
      return api.post(
        `${base}/discuss`,
        { person: act.person, ...withReason(act.reason) },
        answerOf<ConversationOut>(),
      );
    case 'end-discussion':
      await api.delete(`${base}/discuss/${encodeURIComponent(act.person)}`);
      return null;
    case 'note':
      await api.post(`${base}/notes`, { text: act.text, mentions: act.mentions }, answerOf<TraceOut>());
      return null;
  }
}

function withReason(reason: string | undefined): { reason?: string } {
  const text = reason?.trim() ?? '';
  return text === '' ? {} : { reason: text };
}

type Done = Exclude<DeskAct['do'], 'decide' | 'note'> | 'assignment-accepted' | 'assignment-rejected';

function doneKey(act: Exclude<DeskAct, { do: 'note' }>): Done {
  if (act.do !== 'decide') return act.do;
  return act.accept ? 'assignment-accepted' : 'assignment-rejected';
}
