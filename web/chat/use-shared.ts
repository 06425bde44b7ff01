import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { answerOf, api, chatPath } from '../ui/api.ts';
import { useNotify } from '../ui/notify.ts';

/** Marks a number as shared by several people, or takes that back. */
export function useShared({ id }: Pick<ConversationOut, 'id'>): (shared: boolean) => void {
  const { t } = useTranslation('desk');
  const client = useQueryClient();
  const notify = useNotify();
  const { mutate } = useMutation({
    mutationFn: (shared: boolean) =>
      api.post(chatPath(id, 'shared'), { shared }, answerOf<ConversationOut>()),
    onSuccess: ({ contactPoint: { shared } }) => {
      notify.success(t(shared ? 'shared.yes' : 'shared.no'), t(shared ? 'shared.yesText' : 'shared.noText'));
      void client.invalidateQueries({ queryKey: ['conversation'] });
      void client.invalidateQueries({ queryKey: ['sendable'] });
    },
    onError: (error) => notify.problem(error),
  });
  return mutate;
}
