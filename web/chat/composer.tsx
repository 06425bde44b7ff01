import { Button, makeStyles, mergeClasses, tokens, useRestoreFocusTarget } from '@fluentui/react-components';
import { MailTemplate20Regular } from '@fluentui/react-icons/svg/mail-template';
import { useCallback, useRef, useState } from 'react';
import type { SendableOut } from '../../src/http/schemas/chat.ts';
import { useMe } from '../ui/me.tsx';
import { ErrorState, Loading } from '../ui/states.tsx';
import { Announce } from './announce.tsx';
import { BlockedReason } from './blocked-reason.tsx';
import { type Recipient, useSendable } from './chat-queries.ts';
import { useTakeSteps } from './composer-steps.tsx';
import { useDraft } from './draft.ts';
import { MessageBox } from './message-box.tsx';
import { consentTemplateOf } from './next-step.ts';
import { SendableBanner } from './sendable-banner.tsx';
import { TemplatePicker } from './template-picker.tsx';
import { TemplateSend } from './template-send.tsx';

const useStyles = makeStyles({
  composer: {
    flexShrink: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: '8px',
    padding: '8px 12px 12px',
    maxHeight: '64%',
    // Where everything stands below each other, the question and what belongs to it need more of the height.
    '@media (max-width: 640px)': { maxHeight: '76%' },
    overflowY: 'auto',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    outline: 'none',
  },
  card: {
    display: 'flex',
    flexDirection: 'column',
    padding: '12px',
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  roomy: { minHeight: '200px' },
  cardTitle: {
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    marginBottom: '8px',
  },
});

type Props = {
  to: Recipient;
  /** Under which the typed text is kept in this browser. */
  draftId: string;
};

/**
 * Where an agent answers. It offers just what the server's gate allows now and follows it live: a box to write in, or,
 * where only Consent Templates may go, the one to ask with. The text box stays in the page through every change, so a
 * typed draft and the focus stay too.
 */
export function Composer({ to, draftId }: Props) {
  const styles = useStyles();
  const sendable = useSendable(to);
  const { refetch: ask } = sendable;
  const refetch = useCallback(() => void ask(), [ask]);
  if (sendable.data !== undefined) {
    return <Ready to={to} draftId={draftId} sendable={sendable.data} onExpired={refetch} />;
  }
  return (
    <div className={styles.composer}>
      {sendable.isError ? (
        <ErrorState error={sendable.error} onRetry={refetch} />
      ) : (
        <Loading rows={2} label="Loading what may be sent" />
      )}
    </div>
  );
}

function Ready({
  to,
  draftId,
  sendable,
  onExpired,
}: Props & { sendable: SendableOut; onExpired: () => void }) {
  const styles = useStyles();
  const mayAct = useMe().role !== 'auditor';
  const region = useRef<HTMLElement>(null);
  const returnFocus = useRestoreFocusTarget();
  const draft = useDraft(draftId);
  const box = useRef<HTMLTextAreaElement>(null);
  const card = useRef<HTMLDivElement>(null);
  /** The template chosen first in the open picker; an empty string leaves the choice to it. */
  const [picking, setPicking] = useState<string | null>(null);
  const consent = consentTemplateOf(sendable);
  const onlyConsent =
    !sendable.freeText.allowed &&
    !sendable.templates.some((template) => template.allowed && template.type !== 'consent');
  // What was sent may take its button away; the focus goes to the composer, not back to the top of the page.
  const focusComposer = useCallback(() => region.current?.focus(), []);

  useTakeSteps((step) => {
    switch (step.do) {
      case 'ask-for-consent':
        (card.current ?? region.current)?.focus();
        break;
      case 'choose-template':
        if (sendable.templates.length > 0) setPicking(step.messageTemplateId ?? '');
        else focusComposer();
        break;
      case 'write-again':
        if (!draft.text.includes(step.text))
          draft.setText(draft.text.trim() === '' ? step.text : `${draft.text}\n${step.text}`);
        // An empty box may not be in the page while writing is closed.
        requestAnimationFrame(() => (box.current ?? region.current)?.focus());
    }
  });

  return (
    <section ref={region} tabIndex={-1} className={styles.composer} aria-label="Message composer">
      <SendableBanner sendable={sendable} mayAct={mayAct} onExpired={onExpired} onDecided={focusComposer} />
      <Announce text={sendable.banner.text} id={`${sendable.banner.code} ${sendable.banner.text}`} />
      {mayAct && onlyConsent && consent !== null && (
        <div ref={card} tabIndex={-1} className={mergeClasses(styles.card, consent.allowed && styles.roomy)}>
          <h2 className={styles.cardTitle}>
            {sendable.consent.service === 'denied' ? 'Ask for consent again' : 'Ask for consent'}:{' '}
            {consent.name}
          </h2>
          {consent.allowed ? (
            <TemplateSend
              key={consent.messageTemplateId}
              to={to}
              template={consent}
              sendable={sendable}
              onSent={focusComposer}
            />
          ) : (
            <BlockedReason template={consent} />
          )}
        </div>
      )}
      {mayAct && (
        <MessageBox
          to={to}
          draft={draft}
          box={box}
          freeText={sendable.freeText}
          conversationId={sendable.conversationId}
          hideWhenEmpty={onlyConsent && consent !== null}
        >
          <Button
            {...returnFocus}
            icon={<MailTemplate20Regular />}
            disabled={sendable.templates.length === 0}
            onClick={() => setPicking('')}
          >
            Templates
          </Button>
        </MessageBox>
      )}
      {picking !== null && (
        <TemplatePicker
          to={to}
          sendable={sendable}
          first={picking}
          onClose={(sent) => {
            setPicking(null);
            if (sent) focusComposer();
          }}
        />
      )}
    </section>
  );
}
