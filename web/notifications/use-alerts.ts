import { useRouter } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import type { NotificationOut } from '../../src/http/schemas/desk.ts';
import { useMe } from '../ui/me.tsx';
import { type Popup, showPopup } from './browser-notification.ts';
import { conversationOfPath, conversationPath } from './conversation-path.ts';
import { freshChats, freshNotifications, type Known, knownOf, unreadById } from './fresh.ts';
import { isInView, useOneTab, useTellInView } from './one-tab.ts';
import { ring, useMaySound } from './sound.ts';
import { notificationSentence, notificationText } from './words.ts';

/** More than this at once are told as a number. */
const MOST_POPUPS = 3;
/** Milliseconds that a screen reader has to take it up. */
const SPOKEN_FOR = 5_000;

/** Tells of what is new: a sound, a notification of the browser. Answers what a screen reader is to hear of it. */
export function useAlerts(
  items: NotificationOut[] | undefined,
  chats: ConversationOut[] | undefined,
  onRead: (id: string) => void,
): string {
  const { t } = useTranslation('notifications');
  const router = useRouter();
  const { sound, browserNotifications } = useMe().preferences;
  const pops = useOneTab('assent-popups');
  const sounds = useOneTab('assent-sound', useMaySound());
  useTellInView();
  const [spoken, setSpoken] = useState('');
  // The same words again are news only to a region that was empty in between.
  useEffect(() => {
    if (spoken === '') return;
    const timer = setTimeout(() => setSpoken(''), SPOKEN_FOR);
    return () => clearTimeout(timer);
  }, [spoken]);

  const tell = (popups: Popup[], sentences: string[]) => {
    if (popups.length === 0) return;
    setSpoken(
      sentences.length > MOST_POPUPS ? t('several', { count: sentences.length }) : sentences.join(' '),
    );
    if (sound && sounds()) ring();
    if (!browserNotifications || !pops()) return;
    void isInView().then((inView) => {
      if (inView) return;
      if (popups.length <= MOST_POPUPS) for (const popup of popups) showPopup(popup);
      else
        showPopup({
          tag: 'several',
          title: t('several', { count: popups.length }),
          body: '',
          onOpen: () => router.history.push('/chats'),
        });
    });
  };
  // What is told is told with the words and choices of then; only news bring it about.
  const latest = useRef(tell);
  useEffect(() => {
    latest.current = tell;
  });

  const known = useRef<Known | null>(null);
  useEffect(() => {
    if (items === undefined) return;
    const fresh = known.current === null ? [] : freshNotifications(items, known.current);
    known.current = knownOf(items);
    const sentences = fresh.map((one) => notificationSentence(t, one));
    const popups = fresh.map((one, index) => ({
      tag: one.id,
      title: sentences[index] ?? '',
      body: notificationText(one),
      onOpen: () => {
        onRead(one.id);
        if (one.conversation !== null) router.history.push(conversationPath(one.conversation.id));
      },
    }));
    latest.current(popups, sentences);
  }, [items, t, onRead, router]);

  const unread = useRef<ReadonlyMap<string, number> | null>(null);
  useEffect(() => {
    if (chats === undefined) return;
    const fresh = unread.current === null ? [] : freshChats(chats, unread.current);
    unread.current = unreadById(chats);
    // Of what stands before the person's eyes they need not be told.
    const open =
      document.visibilityState === 'visible' ? conversationOfPath(router.state.location.pathname) : null;
    const news = fresh.filter(({ id }) => id !== open);
    const nameOf = ({ contactPoint: { name } }: ConversationOut) => (name === '' ? t('someone') : name);
    const popups = news.map((chat) => ({
      tag: `chat:${chat.id}`,
      title: t('wrote', { customer: nameOf(chat) }),
      body: chat.lastMessage?.direction === 'in' ? chat.lastMessage.text : '',
      onOpen: () => router.history.push(conversationPath(chat.id)),
    }));
    latest.current(
      popups,
      news.map((chat) => t('announceWrote', { customer: nameOf(chat) })),
    );
  }, [chats, t, router]);
  return spoken;
}
