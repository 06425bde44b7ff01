import { makeStyles, Tab, TabList, tokens } from '@fluentui/react-components';
import {
  createContext,
  type ReactNode,
  type RefObject,
  use,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { later } from '../ui/later.tsx';
import { Explained, useWhyNot } from '../ui/may.tsx';
import { useTellPresence } from './presence.ts';
import { PresenceLine } from './presence-line.tsx';

const NoteBox = later(async () => (await import('./note-box.tsx')).NoteBox, {
  onMissing: ({ onDone }) => onDone(),
});

const useStyles = makeStyles({
  bar: {
    flexShrink: 0,
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    gap: '8px',
    padding: '0 12px 0 4px',
    minHeight: '36px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  shown: { display: 'contents' },
  hidden: { display: 'none' },
});

type Writing = 'message' | 'note';
const NoteSwitch = createContext<{ writing: Writing; write: (what: Writing) => void } | null>(null);

/** Joins the header of a conversation and where one answers: both begin a note. */
export function NoteSwitching({ children }: { children: ReactNode }) {
  const [writing, write] = useState<Writing>('message');
  const value = useMemo(() => ({ writing, write }), [writing]);
  return <NoteSwitch value={value}>{children}</NoteSwitch>;
}

/** Begins a note; null where none can be written. */
export function useWriteNote(): (() => void) | null {
  const note = use(NoteSwitch);
  return note === null ? null : () => note.write('note');
}

/** Goes back to the message to the customer, where a note is being written. */
export function useWriteMessage(): () => void {
  const note = use(NoteSwitch);
  return useCallback(() => note?.write('message'), [note]);
}

/**
 * Where one answers: a message to the customer, or a note that colleagues alone read. The composer stays in the page
 * while a note is written, so that its draft, and what it follows live, stay too. Beside the choice stands who else is
 * here. Without a conversation there is just the composer.
 */
export function AnswerArea({
  conversationId,
  children,
}: {
  conversationId: string | null;
  children: ReactNode;
}) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const note = use(NoteSwitch);
  const whyNoNote = useWhyNot('chat');
  const writing = conversationId === null ? 'message' : (note?.writing ?? 'message');
  const typing = useRef<() => void>(() => undefined);
  const area = useRef<HTMLDivElement>(null);
  return (
    <>
      {conversationId !== null && (
        <div className={styles.bar}>
          <TabList
            size="small"
            selectedValue={writing}
            aria-label={t('note.switch')}
            onTabSelect={(_, { value }) => note?.write(value === 'note' ? 'note' : 'message')}
          >
            <Tab value="message">{t('note.message')}</Tab>
            <Explained reason={whyNoNote}>
              <Tab value="note" disabled={whyNoNote !== null}>
                {t('note.note')}
              </Tab>
            </Explained>
          </TabList>
          <PresenceLine conversationId={conversationId} />
          <Telling key={conversationId} conversationId={conversationId} typing={typing} area={area} />
        </div>
      )}
      {/* Words typed anywhere in the composer, also in the fields of a template, are an answer being written. */}
      <div
        ref={area}
        className={writing === 'message' ? styles.shown : styles.hidden}
        onInput={useCallback(() => typing.current(), [])}
      >
        {children}
      </div>
      {writing === 'note' && conversationId !== null && (
        <NoteBox key={conversationId} conversationId={conversationId} onDone={() => note?.write('message')} />
      )}
    </>
  );
}

const hasWords = (field: HTMLTextAreaElement): boolean => field.value !== '';

/** Tells colleagues that this person is here, and lends how to tell that they type. */
function Telling({
  conversationId,
  typing,
  area,
}: {
  conversationId: string;
  typing: { current: () => void };
  /** What is written into. */
  area: RefObject<HTMLElement | null>;
}): null {
  const isWriting = useCallback(
    () => [...(area.current?.querySelectorAll('textarea') ?? [])].some(hasWords),
    [area],
  );
  const tell = useTellPresence(conversationId, isWriting);
  useEffect(() => {
    typing.current = tell;
    return () => {
      typing.current = () => undefined;
    };
  }, [typing, tell]);
  return null;
}
