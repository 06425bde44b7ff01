import { Button, makeStyles, mergeClasses, tokens, useRestoreFocusTarget } from '@fluentui/react-components';
import { MailTemplate20Regular } from '@fluentui/react-icons/svg/mail-template';
import { useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { quickReplyValues } from '../../src/core/quick-reply.ts';
import type { SendableOut } from '../../src/http/schemas/chat.ts';
import { serverText } from '../i18n/server-text.ts';
import { later } from '../ui/later.tsx';
import { useMay, useMe } from '../ui/me.tsx';
import { ErrorState, Loading } from '../ui/states.tsx';
import { Announce } from './announce.tsx';
import { useAttachments } from './attachment-store.ts';
import { BlockedReason } from './blocked-reason.tsx';
import { type Recipient, useConversation, useSendable } from './chat-queries.ts';
import { useTakeSteps } from './composer-steps.tsx';
import { useDraft } from './draft.ts';
import { MessageBox } from './message-box.tsx';
import { oneLine } from './message-plain.ts';
import { consentTemplateOf } from './next-step.ts';
import { useWriteMessage } from './note-switch.tsx';
import { SendableBanner } from './sendable-banner.tsx';

const TemplatePicker = later(async () => (await import('./template-picker.tsx')).TemplatePicker, {
  onMissing: ({ onClose }) => onClose(false),
});
const TemplateSend = later(async () => (await import('./template-send.tsx')).TemplateSend, {
  meanwhile: <Loading rows={2} />,
});

const useStyles = makeStyles({
  composer: {
    flexShrink: 1,
    minHeight: '132px',
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
  // Nothing but a hint stands above it: the question is whole before the hint takes any height.
  alone: { maxHeight: '100%', '@media (max-width: 640px)': { maxHeight: '100%' } },
  card: {
    display: 'flex',
    flexDirection: 'column',
    padding: '12px',
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  // Of the question itself some lines are in sight too; where that is more than there is, the composer scrolls as a whole.
  roomy: { minHeight: '320px' },
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
  /** No thread stands above it that needs height of its own. */
  alone?: boolean;
};

/**
 * Where an agent answers. It offers just what the server's gate allows now and follows it live: a box to write in, or,
 * where only Consent Templates may go, the one to ask with. The text box stays in the page through every change, so a
 * typed draft and the focus stay too.
 */
export function Composer({ to, draftId, alone = false }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const sendable = useSendable(to);
  const { refetch: ask } = sendable;
  const refetch = useCallback(() => void ask(), [ask]);
  if (sendable.data !== undefined) {
    return <Ready to={to} draftId={draftId} alone={alone} sendable={sendable.data} onExpired={refetch} />;
  }
  return (
    <div className={styles.composer}>
      {sendable.isError ? (
        <ErrorState error={sendable.error} onRetry={refetch} />
      ) : (
        <Loading rows={2} label={t('composer.loading')} />
      )}
    </div>
  );
}

function Ready({
  to,
  draftId,
  alone,
  sendable,
  onExpired,
}: Props & { sendable: SendableOut; onExpired: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const me = useMe();
  const mayAct = useMay('chat', 'initiate', 'ask-consent');
  const customer = useCustomerName(sendable, to);
  const region = useRef<HTMLElement>(null);
  const returnFocus = useRestoreFocusTarget();
  const draft = useDraft(draftId);
  const attachments = useAttachments(draftId);
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

  // An empty box may not be in the page while writing is closed.
  const focusBox = () => requestAnimationFrame(() => (box.current ?? region.current)?.focus());

  const writeMessage = useWriteMessage();

  useTakeSteps((step) => {
    writeMessage();
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
        focusBox();
        break;
      case 'attach-again':
        attachments.addStored(step.media);
        if (draft.text.trim() === '') draft.setText(step.text);
        focusBox();
        break;
      case 'go-on':
        focusBox();
        break;
      case 'reply': {
        const { id, direction, kind, text, actor } = step.message;
        draft.setReply({
          id,
          direction,
          kind,
          actor,
          ...(text === undefined ? {} : { text: oneLine(text, 200) }),
        });
        focusBox();
      }
    }
  });

  return (
    <section
      ref={region}
      tabIndex={-1}
      className={mergeClasses(styles.composer, alone && styles.alone)}
      aria-label={t('composer.label')}
    >
      <SendableBanner sendable={sendable} onExpired={onExpired} onDecided={focusComposer} />
      <Announce text={serverText(sendable.banner)} id={`${sendable.banner.code} ${sendable.banner.text}`} />
      {/* Why it may not be asked stands once: in the banner, where that is what the banner says. */}
      {mayAct && onlyConsent && consent !== null && consent.reason !== sendable.banner.code && (
        <div ref={card} tabIndex={-1} className={mergeClasses(styles.card, consent.allowed && styles.roomy)}>
          <h2 className={styles.cardTitle}>
            {t(sendable.consent.service === 'denied' ? 'composer.askAgain' : 'composer.ask', {
              name: consent.name,
            })}
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
          customer={customer}
          draft={draft}
          attachments={attachments}
          box={box}
          freeText={sendable.freeText}
          conversationId={sendable.conversationId}
          values={quickReplyValues(customer, me.name)}
          hideWhenEmpty={onlyConsent && consent !== null}
        >
          <Button
            {...returnFocus}
            icon={<MailTemplate20Regular />}
            disabled={sendable.templates.length === 0}
            onClick={() => setPicking('')}
          >
            {t('composer.templates')}
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

/** As the record names the customer on whose page this stands, else as the list of chats does, or by number. */
function useCustomerName(sendable: SendableOut, to: Recipient): string {
  const conversation = useConversation(sendable.conversationId);
  const own = sendable.records.find((record) => 'recordId' in to && record.id === to.recordId);
  return (
    own?.name || (conversation.data?.contactPoint.name ?? sendable.records[0]?.name ?? sendable.phone ?? '')
  );
}
