import {
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { Send20Filled } from '@fluentui/react-icons/svg/send';
import { useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SendableOut, SendableTemplate, SendMessage } from '../../src/http/schemas/chat.ts';
import { askAgainText } from '../i18n/server-text.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { newIntentKey } from '../ui/intent.ts';
import { useNotify } from '../ui/notify.ts';
import { sentenceOf } from '../ui/states.tsx';
import { TemplatePreview } from '../ui/template-preview.tsx';
import { relativeTime } from '../ui/time.tsx';
import { type Basis, basisBody, isBasisUnnamed } from './asking-basis.tsx';
import { BlockedReason } from './blocked-reason.tsx';
import { type Recipient, useSendable } from './chat-queries.ts';
import { fillPreview } from './fill-preview.ts';
import { RecipientLine } from './recipient-line.tsx';
import { TemplateFields } from './template-fields.tsx';
import { isUncertain, useSend } from './use-send.ts';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '10px', minHeight: 0 },
  // In a card with little room this scrolls, and what sends stays in view below it. No line is cut through at its end.
  scroll: {
    minHeight: 0,
    overflowY: 'auto',
    containerType: 'inline-size',
    maskImage: 'linear-gradient(to top, transparent, #000 12px)',
    marginBottom: '-8px',
  },
  // The preview stands beside its fields where there is room. Where there is not it stands below them: it is what may
  // scroll, and a choice whose name is out of sight is none.
  columns: {
    display: 'grid',
    gap: '10px 16px',
    alignItems: 'start',
    padding: '2px 2px 12px',
    '& > figure': { order: 1 },
    '@container (min-width: 620px)': {
      gridTemplateColumns: 'minmax(0, 384px) minmax(220px, 1fr)',
      '& > figure': { order: 0 },
    },
  },
  // Above the end that fades.
  asks: { padding: '0 2px 12px' },
  end: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px 12px', flexShrink: 0 },
});

type Props = { to: Recipient; template: SendableTemplate; sendable: SendableOut; onSent: () => void };

/** One template before it is sent: as the customer will see it, in which language, to whom, and what is still missing. */
export function TemplateSend({ to, template: offered, sendable, onSent }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const notify = useNotify();
  const blockedId = useId();
  const [language, setLanguage] = useState<string>();
  const [variables, setVariables] = useState<Record<string, string>>({});
  const [basis, setBasis] = useState<Basis>({ kind: '', text: '' });
  const returnFocus = useRestoreFocusTarget();
  const [confirming, setConfirming] = useState(false);
  const intent = useRef({ of: '', key: '' });
  const busy = useRef(false);
  const send = useSend();

  const inLanguage = useSendable(to, language).data?.templates.find(
    (one) => one.messageTemplateId === offered.messageTemplateId,
  );
  const template = inLanguage ?? offered;
  const consent = template.type === 'consent';
  const unfilled =
    template.missing.some((key) => (variables[key] ?? '').trim() === '') ||
    (consent && isBasisUnnamed(basis));

  const submit = () => {
    setConfirming(false);
    // A second click comes before the page knows of the first.
    if (busy.current) return;
    busy.current = true;
    const body: SendMessage = {
      to,
      messageTemplateId: template.messageTemplateId,
      language: language ?? template.language,
      ...(template.missing.length === 0 ? {} : { variables }),
      ...(consent ? basisBody(basis) : {}),
    };
    const of = JSON.stringify(body);
    if (intent.current.of !== of) intent.current = { of, key: newIntentKey() };
    send.mutate(
      { body, key: intent.current.key },
      {
        onSuccess: () => {
          intent.current = { of: '', key: '' };
          notify.success(t(consent ? 'template.consentOnItsWay' : 'template.onItsWay'));
          onSent();
        },
        onError: (error) => {
          if (!isUncertain(error)) intent.current = { of: '', key: '' };
        },
        onSettled: () => {
          busy.current = false;
        },
      },
    );
  };

  // Variables that the agent gives are no obstacle once they are filled in.
  const blocked = !template.allowed && template.reason !== 'template-variable-missing';
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (blocked || unfilled || send.isPending) return;
        if (template.confirm !== undefined) setConfirming(true);
        else submit();
      }}
    >
      <div className={styles.scroll}>
        <div className={styles.columns}>
          <TemplatePreview {...fillPreview(template.preview, variables)} />
          <TemplateFields
            template={template}
            language={language ?? template.language}
            onLanguage={setLanguage}
            variables={variables}
            onVariable={(key, value) => setVariables((all) => ({ ...all, [key]: value }))}
            basis={basis}
            onBasis={setBasis}
          />
        </div>
        {template.asksFor !== null && (
          <p className={styles.asks}>{t(`template.asksFor.${template.asksFor}`)}</p>
        )}
      </div>
      <RecipientLine sendable={sendable} template={template} />
      {send.isError && (
        <MessageBar intent="error" layout="multiline" role="alert">
          <MessageBarBody>
            {sentenceOf(send.error)} {isUncertain(send.error) && t('template.neverTwice')}
          </MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.end}>
        <Button
          {...returnFocus}
          type="submit"
          appearance="primary"
          icon={<Send20Filled />}
          // Focusable, so that neither a wait nor a failed try takes the focus away.
          disabledFocusable={blocked || send.isPending || unfilled}
          aria-describedby={blocked ? blockedId : undefined}
        >
          {send.isPending ? t('template.sending') : t(consent ? 'template.sendConsent' : 'template.send')}
        </Button>
        {blocked && <BlockedReason template={template} id={blockedId} />}
      </div>
      <ConfirmDialog
        open={confirming}
        title={t('template.confirmTitle')}
        confirmLabel={t('template.sendConsent')}
        onConfirm={submit}
        onCancel={() => setConfirming(false)}
      >
        {template.confirm !== undefined &&
          askAgainText(
            template.confirm,
            template.refusedAt === undefined ? '' : relativeTime(template.refusedAt, Date.now()),
          )}
      </ConfirmDialog>
    </form>
  );
}
