import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ClipboardEvent, KeyboardEvent, RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { QuickReplyValues } from '../../src/core/quick-reply.ts';
import { later } from '../ui/later.tsx';
import { useQuickReply } from './use-quick-reply.ts';

const QuickReplyList = later(async () => (await import('./quick-reply-list.tsx')).QuickReplyList);

/** WhatsApp's limit for a text message, in UTF-16 units as browsers count `maxlength`. */
export const LONGEST = 4096;

const useStyles = makeStyles({
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
});

type Props = {
  box: RefObject<HTMLTextAreaElement | null>;
  text: string;
  values: QuickReplyValues;
  closed: boolean;
  busy: boolean;
  withFiles: boolean;
  describedBy: string;
  onText: (text: string) => void;
  onInsert: (from: number, to: number, text: string) => void;
  onFiles: (files: File[]) => void;
  onSubmit: () => void;
  onFocused: (focused: boolean) => void;
};

/** The text box itself. A slash offers quick replies, which the arrow keys and Enter choose; files can be pasted. */
export function MessageField(props: Props) {
  const { box, text, values, closed, busy, withFiles, describedBy } = props;
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const reply = useQuickReply(text, values, props.onInsert);
  const offered = reply.open && !closed;

  const onKeyDown = (event: KeyboardEvent) => {
    // During composition (Japanese, Chinese …) Enter chooses a word.
    if (event.nativeEvent.isComposing) return;
    if (offered && reply.onKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      props.onSubmit();
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    const { files, types } = event.clipboardData;
    // Office programs put a picture of the text beside the text.
    if (closed || files.length === 0 || types.includes('text/plain')) return;
    event.preventDefault();
    props.onFiles(Array.from(files));
  };

  return (
    <>
      {offered && <QuickReplyList choice={reply} />}
      <textarea
        ref={box}
        dir="auto"
        className={mergeClasses(styles.text, styles.grows, closed && styles.closed)}
        aria-label={t('box.label')}
        aria-describedby={describedBy}
        aria-disabled={closed}
        aria-autocomplete="list"
        aria-controls={offered ? reply.listId : undefined}
        aria-activedescendant={offered && reply.found.length > 0 ? reply.optionId(reply.active) : undefined}
        readOnly={closed || busy}
        placeholder={closed ? t('box.closed') : withFiles ? t('box.caption') : t('box.placeholder')}
        maxLength={LONGEST}
        value={text}
        onFocus={() => props.onFocused(true)}
        onBlur={() => {
          props.onFocused(false);
          reply.moved(null);
        }}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        onSelect={({ currentTarget }) => reply.moved(currentTarget.selectionStart)}
        onChange={({ currentTarget }) => {
          props.onText(currentTarget.value);
          reply.moved(currentTarget.selectionStart);
        }}
      />
    </>
  );
}
