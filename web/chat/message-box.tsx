import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { Send20Filled } from '@fluentui/react-icons/svg/send';
import { type ReactNode, type RefObject, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LONGEST_CAPTION } from '../../src/core/interactive.ts';
import type { QuickReplyValues } from '../../src/core/quick-reply.ts';
import type { SendableOut } from '../../src/http/schemas/chat.ts';
import { blockedText } from '../i18n/server-text.ts';
import { later } from '../ui/later.tsx';
import { AttachmentButton } from './attachment-button.tsx';
import { takesCaption } from './attachment-check.ts';
import { AttachmentDrop } from './attachment-drop.tsx';
import type { Attachments } from './attachment-store.ts';
import type { Recipient } from './chat-queries.ts';
import type { useDraft } from './draft.ts';
import { EmojiButton } from './emoji-button.tsx';
import { LONGEST, MessageField } from './message-field.tsx';
import { MessageNotSent } from './message-not-sent.tsx';
import { ReplyBar } from './reply-bar.tsx';
import { useSendDraft } from './use-send-draft.ts';
import { useTyping } from './use-typing.ts';

const AttachmentTray = later(async () => (await import('./attachment-tray.tsx')).AttachmentTray);

const useStyles = makeStyles({
  box: { display: 'flex', flexDirection: 'column', gap: '6px' },
  label: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '4px 8px' },
  tools: { display: 'flex', alignItems: 'center', gap: '2px' },
  keys: { '@media (max-width: 640px)': { display: 'none' } },
  hint: {
    flex: '1 1 120px',
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    '@media (max-width: 640px)': { flex: '1 0 100%', order: 2 },
  },
  send: { marginInlineStart: 'auto' },
});

type Props = {
  to: Recipient;
  customer: string;
  draft: ReturnType<typeof useDraft>;
  attachments: Attachments;
  box: RefObject<HTMLTextAreaElement | null>;
  freeText: SendableOut['freeText'];
  conversationId: string | null;
  values: QuickReplyValues;
  /** While writing is closed, an empty box that nobody is in gives its place to the card above. */
  hideWhenEmpty: boolean;
  /** Further ways to answer, beside Send. */
  children: ReactNode;
};

/**
 * Free text and files: Enter sends, Shift+Enter begins a line. Where writing is closed the box is read-only rather than
 * gone, so that neither what was typed nor the focus is lost when the customer's answer closes it.
 */
export function MessageBox(props: Props) {
  const { to, customer, draft, attachments, box, freeText, conversationId, values, hideWhenEmpty, children } =
    props;
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const reasonId = useId();
  const sender = useSendDraft(to, draft, attachments);
  const typing = useTyping(conversationId);
  const [focused, setFocused] = useState(false);
  const closed = !freeText.allowed;
  const { items } = attachments;
  const holdsSomething = draft.text !== '' || items.length > 0 || draft.reply !== null;
  const shown = !closed || !hideWhenEmpty || holdsSomething || focused;
  const uploading = items.some(({ state }) => state.at === 'uploading');
  const broken = items.some(({ state }) => state.at === 'refused' || state.at === 'failed');
  const empty = draft.text.trim() === '' && items.length === 0;
  const ready = !closed && !empty && !uploading && !broken && !sender.sending;

  const submit = () => {
    if (!ready) return;
    void sender.send();
    box.current?.focus();
  };
  const addFiles = (files: File[]) => {
    if (files.length === 0) return;
    attachments.add(files);
    sender.reset();
    box.current?.focus();
  };
  const write = (text: string) => {
    draft.setText(text);
    sender.reset();
    typing();
  };
  /** In the place of what is selected; the caret goes behind it. */
  const insert = (from: number, to: number, text: string) => {
    write(draft.text.slice(0, from) + text + draft.text.slice(to));
    requestAnimationFrame(() => {
      box.current?.focus();
      box.current?.setSelectionRange(from + text.length, from + text.length);
    });
  };

  return (
    <form
      className={styles.box}
      aria-label={t('box.form')}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {shown && (
        <>
          {closed && holdsSomething && <span className={styles.label}>{t('box.draftKept')}</span>}
          {draft.reply !== null && (
            <ReplyBar quoted={draft.reply} customer={customer} onCancel={() => draft.setReply(null)} />
          )}
          {items.length > 0 && <AttachmentTray attachments={attachments} busy={sender.sending} />}
          <MessageField
            box={box}
            text={draft.text}
            values={values}
            closed={closed}
            busy={sender.sending}
            withFiles={items.length > 0}
            describedBy={reasonId}
            onText={write}
            onInsert={insert}
            onFiles={addFiles}
            onSubmit={submit}
            onFocused={setFocused}
          />
        </>
      )}
      {sender.error !== null && <MessageNotSent error={sender.error} mayRetry={ready} onRetry={submit} />}
      <div className={styles.row}>
        {shown && (
          <span className={styles.tools}>
            <EmojiButton
              disabled={closed}
              onChoose={(emoji) => {
                const at = box.current?.selectionStart ?? draft.text.length;
                insert(at, box.current?.selectionEnd ?? at, emoji);
              }}
            />
            <AttachmentButton disabled={closed} onFiles={addFiles} />
          </span>
        )}
        {children}
        <span id={reasonId} className={styles.hint}>
          {closed ? shown && blockedText(freeText) : <Hint text={draft.text} attachments={attachments} />}
        </span>
        {shown && (
          <Button
            type="submit"
            className={styles.send}
            appearance="primary"
            icon={<Send20Filled />}
            disabledFocusable={!ready}
          >
            {sender.sending ? t('box.sending') : t('box.send')}
          </Button>
        )}
      </div>
      <AttachmentDrop onFiles={closed ? null : addFiles} />
    </form>
  );
}

/** What stands in the way of sending, or else how to send. */
function Hint({ text, attachments }: { text: string; attachments: Attachments }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const { items } = attachments;
  const left = LONGEST - text.length;
  if (items.some(({ state }) => state.at === 'uploading')) return t('box.waitForUpload');
  if (items.some(({ state }) => state.at === 'refused' || state.at === 'failed'))
    return t('box.filesInTheWay');
  if (items.length > 0 && text.trim() !== '') {
    const caption = text.trim().length <= LONGEST_CAPTION && items.some(({ kind }) => takesCaption(kind));
    return t(caption ? 'box.textGoesAlong' : 'box.textGoesAfter');
  }
  if (left < 500) return t('box.charactersLeft', { count: left });
  return <span className={styles.keys}>{t('box.keys')}</span>;
}
