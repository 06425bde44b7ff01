import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { newIntentKey } from '../ui/intent.ts';
import { useNotify } from '../ui/notify.ts';
import { isUncertain, useSend } from './use-send.ts';

/** Keys of reactions whose outcome is not known, so that trying again is the same intent. */
const open = new Map<string, string>();

/** Reacts to a message, or takes the reaction back with an empty emoji. What the server refuses is said in its words. */
export function useReact(conversationId: string) {
  const { t } = useTranslation('chat');
  const notify = useNotify();
  const { mutateAsync } = useSend();
  return useCallback(
    async (messageId: string, emoji: string) => {
      const intent = `${messageId} ${emoji}`;
      const key = open.get(intent) ?? newIntentKey();
      open.set(intent, key);
      try {
        await mutateAsync({ body: { to: { conversationId }, reaction: { messageId, emoji } }, key });
        open.delete(intent);
      } catch (error) {
        if (!isUncertain(error)) open.delete(intent);
        notify.problem(error, t('reaction.notSent'));
      }
    },
    [conversationId, mutateAsync, notify, t],
  );
}
