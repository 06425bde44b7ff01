import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  mergeClasses,
  tokens,
} from '@fluentui/react-components';
import { Send20Filled } from '@fluentui/react-icons/svg/send';
import { type KeyboardEvent, type ReactNode, type RefObject, useId, useState } from 'react';
import type { SendableOut } from '../../src/http/schemas/chat.ts';
import { sentenceOf } from '../ui/states.tsx';
import type { Recipient } from './chat-queries.ts';
import type { useDraft } from './draft.ts';
import { isUncertain, useSend } from './use-send.ts';
import { useTyping } from './use-typing.ts';

/** WhatsApp's limit for a text message, in UTF-16 units as browsers count `maxlength`. */
const LONGEST = 4096;

const useStyles = makeStyles({
  box: { display: 'flex', flexDirection: 'column', gap: '6px' },
  label: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  text: {
    width: '100%',
    minHeight: '56px',
    maxHeight: '180px',
    resize: 'none',
    padding: '8px 12px',
    font: 'inherit',
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStrokeAccessible}`,
    borderRadius: tokens.borderRadiusMedium,
    '::placeholder': { color: tokens.colorNeutralForeground3 },
    ':focus-visible': { outline: `2px solid ${tokens.colorCompoundBrandStroke}`, outlineOffset: '-1px' },
  },
  grows: { fieldSizing: 'content' },
  closed: {
    backgroundColor: tokens.colorNeutralBackground3,
    color: tokens.colorNeutralForeground2,
    border: `1px dashed ${tokens.colorNeutralStroke1}`,
  },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px' },
  keys: { '@media (max-width: 640px)': { display: 'none' } },
  hint: { flex: '1 1 120px', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});

type Props = {
  to: Recipient;
  draft: ReturnType<typeof useDraft>;
  box: RefObject<HTMLTextAreaElement | null>;
  freeText: SendableOut['freeText'];
  conversationId: string | null;
  /** While writing is closed, an empty box that nobody is in gives its place to the card above. */
  hideWhenEmpty: boolean;
  /** Further ways to answer, beside Send. */
  children: ReactNode;
};

/**
 * Free text: Enter sends, Shift+Enter begins a line. Where writing is closed the box is read-only rather than gone, so
 * that neither what was typed nor the focus is lost when the customer's answer closes it.
 */
export function MessageBox({ to, draft, box, freeText, conversationId, hideWhenEmpty, children }: Props) {
  const styles = useStyles();
  const reasonId = useId();
  const send = useSend();
  const typing = useTyping(conversationId);
  const [focused, setFocused] = useState(false);
  const closed = !freeText.allowed;
  const shown = !closed || !hideWhenEmpty || draft.text !== '' || focused;
  const ready = !closed && draft.text.trim() !== '' && !send.isPending;

  const submit = () => {
    if (!ready) return;
    send.mutate(
      { body: { to, text: draft.text.trim() }, key: draft.intentKey() },
      {
        onSuccess: draft.clear,
        // A plain refusal ends the intent; after silence the same key must be used again.
        onError: (error) => {
          if (!isUncertain(error)) draft.setText(draft.text);
        },
      },
    );
    box.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // During composition (Japanese, Chinese …) Enter chooses a word.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };

  return (
    <form
      className={styles.box}
      aria-label="Write a message"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {shown && (
        <>
          {closed && draft.text !== '' && (
            <span className={styles.label}>Your draft is kept. It cannot be sent now:</span>
          )}
          <textarea
            ref={box}
            dir="auto"
            className={mergeClasses(styles.text, styles.grows, closed && styles.closed)}
            aria-label="Message"
            aria-describedby={reasonId}
            aria-disabled={closed}
            readOnly={closed || send.isPending}
            placeholder={closed ? 'Writing is closed' : 'Write a message'}
            maxLength={LONGEST}
            value={draft.text}
            onFocus={() => setFocused(true)}
            onBlur={() => setFocused(false)}
            onKeyDown={onKeyDown}
            onChange={(event) => {
              draft.setText(event.target.value);
              if (send.isError) send.reset();
              typing();
            }}
          />
        </>
      )}
      {send.isError && (
        <MessageBar intent="error" layout="multiline" role="alert">
          <MessageBarBody>
            {sentenceOf(send.error)} Your text is kept.
            {isUncertain(send.error) && ' Trying again never sends it twice.'}
          </MessageBarBody>
          <MessageBarActions>
            <Button disabled={!ready} onClick={submit}>
              Try again
            </Button>
          </MessageBarActions>
        </MessageBar>
      )}
      <div className={styles.row}>
        {children}
        <span id={reasonId} className={styles.hint}>
          {closed ? shown && freeText.reasonText : <Hint text={draft.text} />}
        </span>
        {shown && (
          <Button type="submit" appearance="primary" icon={<Send20Filled />} disabledFocusable={!ready}>
            {send.isPending ? 'Sending…' : 'Send'}
          </Button>
        )}
      </div>
    </form>
  );
}

function Hint({ text }: { text: string }) {
  const styles = useStyles();
  const left = LONGEST - text.length;
  if (left < 500) return `${left} characters left`;
  return <span className={styles.keys}>Enter sends, Shift+Enter begins a new line</span>;
}
