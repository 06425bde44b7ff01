import { Avatar, Button, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { NoteAdd20Regular } from '@fluentui/react-icons/svg/note-add';
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useColleagues } from './colleagues.ts';
import { useDesk } from './desk-actions.ts';
import { useNoteDraft } from './note-draft.ts';
import { type MentionDraft, matching, mentionAt, mentionsIn, withMention } from './note-mentions.ts';
import type { Colleague } from './person-picker.tsx';

const LONGEST = 4000;
/** Choices shown at once. */
const MOST = 6;

const useStyles = makeStyles({
  box: {
    flexShrink: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: '6px',
    padding: '8px 12px 12px',
    backgroundColor: tokens.colorNeutralBackground1,
  },
  field: { position: 'relative' },
  text: {
    width: '100%',
    minHeight: '72px',
    maxHeight: '180px',
    resize: 'none',
    fieldSizing: 'content',
    padding: '8px 12px',
    font: 'inherit',
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorPaletteYellowBackground1,
    border: `1px solid ${tokens.colorPaletteYellowBorder2}`,
    borderRadius: tokens.borderRadiusMedium,
    '::placeholder': { color: tokens.colorNeutralForeground2 },
    ':focus-visible': { outline: `2px solid ${tokens.colorCompoundBrandStroke}`, outlineOffset: '-1px' },
  },
  list: {
    position: 'absolute',
    insetInlineStart: 0,
    bottom: 'calc(100% + 4px)',
    zIndex: 10,
    minWidth: '240px',
    maxWidth: '100%',
    margin: 0,
    padding: '4px',
    listStyle: 'none',
    backgroundColor: tokens.colorNeutralBackground1,
    borderRadius: tokens.borderRadiusMedium,
    boxShadow: tokens.shadow16,
  },
  option: {
    display: 'flex',
    alignItems: 'center',
    gap: '8px',
    padding: '6px 8px',
    borderRadius: tokens.borderRadiusMedium,
    cursor: 'pointer',
  },
  active: { backgroundColor: tokens.colorNeutralBackground1Selected },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px' },
  hint: { flex: '1 1 160px', fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});

type Props = { conversationId: string; onDone: () => void };

/** A note that colleagues read and the customer never sees; `@` mentions somebody, who is told. */
export function NoteBox({ conversationId, onDone }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const desk = useDesk({ id: conversationId });
  const colleagues = useColleagues(conversationId).data ?? [];
  const box = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const hintId = useId();
  const draft = useNoteDraft(conversationId);
  const { text, picked } = draft;
  const [mention, setMention] = useState<MentionDraft | null>(null);
  const [active, setActive] = useState(0);
  /** Where the caret goes once the text is shown. */
  const caret = useRef<number | null>(null);
  const choices = mention === null ? [] : matching(colleagues, mention.query).slice(0, MOST);
  const open = choices.length > 0;
  const ready = text.trim() !== '' && desk.doing === null;

  useEffect(() => box.current?.focus(), []);
  useLayoutEffect(() => {
    if (caret.current === null) return;
    box.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });

  const look = () => {
    const element = box.current;
    if (element === null || element.selectionStart !== element.selectionEnd) return setMention(null);
    setMention(mentionAt(element.value, element.selectionStart));
    setActive(0);
  };
  const pick = (person: Colleague) => {
    if (mention === null) return;
    const next = withMention(text, mention, person.name);
    caret.current = next.caret;
    draft.mention(next.text, person);
    setMention(null);
    box.current?.focus();
  };
  const submit = async () => {
    if (!ready) return;
    const done = await desk.act({ do: 'note', text: text.trim(), mentions: mentionsIn(text, picked) });
    if (!done) return;
    draft.clear();
    const form = box.current?.form;
    // This box goes with the note. Whoever was in it stands at the choice above it, not in a message to the customer.
    if (form?.contains(document.activeElement) === true)
      form.parentElement?.querySelector<HTMLElement>('[role=tab]')?.focus();
    onDone();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const chosen = choices[active];
    if (open && chosen !== undefined) {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        const step = event.key === 'ArrowDown' ? 1 : -1;
        setActive((active + step + choices.length) % choices.length);
        return event.preventDefault();
      }
      if (event.key === 'Enter' || event.key === 'Tab') {
        pick(chosen);
        return event.preventDefault();
      }
      if (event.key === 'Escape') {
        setMention(null);
        return event.preventDefault();
      }
    }
    if (event.key !== 'Enter' || event.shiftKey) return;
    event.preventDefault();
    void submit();
  };

  return (
    <form
      className={styles.box}
      aria-label={t('note.form')}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className={styles.field}>
        <textarea
          ref={box}
          dir="auto"
          className={styles.text}
          aria-label={t('note.label')}
          aria-describedby={hintId}
          aria-autocomplete="list"
          aria-controls={open ? listId : undefined}
          aria-activedescendant={open ? `${listId}-${active}` : undefined}
          placeholder={t('note.placeholder')}
          maxLength={LONGEST}
          value={text}
          onChange={(event) => {
            draft.setText(event.target.value);
            look();
          }}
          onSelect={look}
          onKeyDown={onKeyDown}
          onBlur={() => setMention(null)}
        />
        {open && (
          <div className={styles.list} id={listId} role="listbox" aria-label={t('note.people')}>
            {choices.map((person, index) => (
              <div
                key={person.id}
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === active}
                className={mergeClasses(styles.option, index === active && styles.active)}
                // The box keeps the focus.
                onMouseDown={(event) => {
                  event.preventDefault();
                  pick(person);
                }}
              >
                <Avatar
                  name={person.name}
                  size={20}
                  color="colorful"
                  aria-hidden
                  badge={{ status: person.online ? 'available' : 'offline' }}
                />
                <bdi>{person.name}</bdi>
              </div>
            ))}
          </div>
        )}
      </div>
      <div className={styles.row}>
        <span id={hintId} className={styles.hint}>
          {t('note.hint')}
        </span>
        <Button type="submit" appearance="primary" icon={<NoteAdd20Regular />} disabledFocusable={!ready}>
          {t(desk.doing === 'note' ? 'note.saving' : 'note.save')}
        </Button>
      </div>
    </form>
  );
}
