import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { MessageOut, SendMessage } from '../../src/http/schemas/chat.ts';
import { ApiProblem, answerOf, api } from '../ui/api.ts';

/**
 * Sends one message. `key` names the intent: the same key again gives the same message. Whatever the answer, what
 * may be sent is asked again, so a refusal by the gate shows its reason in the banner too.
 */
export function useSend() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ body, key }: { body: SendMessage; key: string }) =>
      api.post('/api/messages', body, answerOf<MessageOut>(), { headers: { 'idempotency-key': key } }),
    onSettled: () => {
      for (const topic of ['message', 'sendable', 'conversation', 'consent'])
        void client.invalidateQueries({ queryKey: [topic] });
    },
  });
}

/** Whether the server may have taken the message although no answer came: a retry must use the same key. */
export function isUncertain(error: unknown): boolean {
  // Below 400: it was taken, but its answer was cut off.
  return error instanceof ApiProblem && (error.status < 400 || error.status >= 500);
}
