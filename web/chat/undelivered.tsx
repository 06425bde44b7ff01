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
import { useTranslation } from 'react-i18next';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { api } from '../ui/api.ts';
import { MayButton } from '../ui/may.tsx';
import { useMay } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.ts';
import { type Step, stepsAfter } from './after-failure.ts';
import { useConversation } from './chat-queries.ts';
import { useStep } from './composer-steps.tsx';
import type { Delivery } from './delivery.ts';
import { useClock } from './use-clock.ts';

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

function NextSteps({ message }: { message: MessageOut }) {
  const take = useStep();
  const mayAct = useMay('chat', 'initiate', 'ask-consent');
  const returnFocus = useRestoreFocusTarget();
  const now = useClock();
  const closesAt = useConversation(message.conversationId).data?.serviceWindowClosesAt ?? null;
  const steps = stepsAfter(message, closesAt !== null && Date.parse(closesAt) > now);
  if (!mayAct || steps.length === 0) return null;
  return (
    <MessageBarActions>
      {steps.map((step) => (
        <Button key={step.do} {...returnFocus} size="small" onClick={() => take(step)}>
          <StepLabel step={step} />
        </Button>
      ))}
    </MessageBarActions>
  );
}

function StepLabel({ step }: { step: Step }) {
  const { t } = useTranslation('chat');
  switch (step.do) {
    case 'ask-for-consent':
      return t('undelivered.askForConsent');
    case 'choose-template':
      return t('undelivered.chooseTemplate');
    case 'write-again':
      return t('undelivered.writeAgain');
    case 'attach-again':
      return t('undelivered.attachAgain');
  }
}

function Settle({ message }: { message: MessageOut }) {
  const { t } = useTranslation('chat');
  const client = useQueryClient();
  const notify = useNotify();
  const settle = useMutation({
    mutationFn: (outcome: 'sent' | 'not-sent') =>
      api.post(`/api/messages/${encodeURIComponent(message.id)}/settle`, { outcome }),
    onError: (error) => notify.problem(error),
    onSettled: () => {
      for (const topic of ['message', 'sendable', 'conversation', 'consent'])
        void client.invalidateQueries({ queryKey: [topic] });
    },
  });
  return (
    <MessageBarActions>
      <MayButton
        right="chat"
        size="small"
        disabledFocusable={settle.isPending}
        onClick={() => settle.mutate('sent')}
      >
        {t('undelivered.settleSent')}
      </MayButton>
      <MayButton
        right="chat"
        size="small"
        disabledFocusable={settle.isPending}
        onClick={() => settle.mutate('not-sent')}
      >
        {t('undelivered.settleNotSent')}
      </MayButton>
    </MessageBarActions>
  );
}
