import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { api } from '../ui/api.ts';
import { useMe } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.tsx';
import { type Step, stepsAfter } from './after-failure.ts';
import { useStep } from './composer-steps.tsx';
import type { Delivery } from './delivery.ts';

const useStyles = makeStyles({ bar: { maxWidth: '100%', textAlign: 'start', whiteSpace: 'normal' } });

/** Why a message did not get through, in words, and what to do; an unconfirmed one is settled here. */
export function Undelivered({ message, delivery }: { message: MessageOut; delivery: Delivery }) {
  const styles = useStyles();
  const unconfirmed = message.status === 'unconfirmed';
  return (
    <MessageBar intent={unconfirmed ? 'warning' : 'error'} layout="multiline" className={styles.bar}>
      <MessageBarBody>
        <MessageBarTitle>{delivery.label}.</MessageBarTitle> {delivery.explanation} {delivery.next}
      </MessageBarBody>
      {unconfirmed ? <Settle message={message} /> : <NextSteps message={message} />}
    </MessageBar>
  );
}

const labels: Record<Step['do'], string> = {
  'ask-for-consent': 'Ask for consent',
  'choose-template': 'Choose a template',
  'write-again': 'Write it again',
};

function NextSteps({ message }: { message: MessageOut }) {
  const take = useStep();
  const mayAct = useMe().role !== 'auditor';
  const returnFocus = useRestoreFocusTarget();
  const steps = stepsAfter(message);
  if (!mayAct || steps.length === 0) return null;
  return (
    <MessageBarActions>
      {steps.map((step) => (
        <Button key={step.do} {...returnFocus} size="small" onClick={() => take(step)}>
          {labels[step.do]}
        </Button>
      ))}
    </MessageBarActions>
  );
}

function Settle({ message }: { message: MessageOut }) {
  const client = useQueryClient();
  const notify = useNotify();
  const mayAct = useMe().role !== 'auditor';
  const settle = useMutation({
    mutationFn: (outcome: 'sent' | 'not-sent') =>
      api.post(`/api/messages/${encodeURIComponent(message.id)}/settle`, { outcome }),
    onError: (error) => notify.problem(error),
    onSettled: () => {
      for (const topic of ['message', 'sendable', 'conversation', 'consent'])
        void client.invalidateQueries({ queryKey: [topic] });
    },
  });
  if (!mayAct) return null;
  return (
    <MessageBarActions>
      <Button size="small" disabledFocusable={settle.isPending} onClick={() => settle.mutate('sent')}>
        Settle as sent
      </Button>
      <Button size="small" disabledFocusable={settle.isPending} onClick={() => settle.mutate('not-sent')}>
        Settle as not sent
      </Button>
    </MessageBarActions>
  );
}
