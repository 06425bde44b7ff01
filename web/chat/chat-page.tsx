import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { Chat24Regular } from '@fluentui/react-icons/svg/chat';
import { useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { memo, type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { AppLink } from '../ui/link.tsx';
import { Needing } from '../ui/may.tsx';
import { openingOf } from '../ui/opening.ts';
import { usePageHeading, usePageTitle } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { useConversation } from './chat-queries.ts';
import { ConversationList } from './conversation-list.tsx';
import { ConversationView } from './conversation-view.tsx';
import { openAhead } from './use-open-ahead.ts';
import { FilterButton, FilterChips } from './view-filters.tsx';
import { type ChatsSearch, chatsAddress } from './view-search.ts';
import { ChatsSearchBox } from './view-search-box.tsx';
import { SortMenu, ViewTabs } from './view-tabs.tsx';

const narrow = '@media (max-width: 860px)';

const useStyles = makeStyles({
  page: { height: '100%', display: 'flex', minHeight: 0 },
  side: {
    width: '372px',
    flexShrink: 0,
    minHeight: 0,
    display: 'flex',
    flexDirection: 'column',
    borderInlineEndWidth: '1px',
    borderInlineEndStyle: 'solid',
    borderInlineEndColor: tokens.colorNeutralStroke2,
    [narrow]: { width: '100%', borderInlineEndStyle: 'none' },
  },
  open: { flex: 1, minWidth: 0, minHeight: 0 },
  hiddenWhenNarrow: { [narrow]: { display: 'none' } },
  head: { display: 'flex', alignItems: 'center', padding: '8px 8px 0 12px' },
  title: {
    flex: 1,
    fontSize: tokens.fontSizeBase500,
    lineHeight: tokens.lineHeightBase500,
    fontWeight: tokens.fontWeightSemibold,
    outline: 'none',
  },
  find: { display: 'flex', padding: '8px 12px', borderTop: `1px solid ${tokens.colorNeutralStroke2}` },
  rest: { borderBottom: `1px solid ${tokens.colorNeutralStroke2}` },
  wait: { padding: '16px', display: 'flex', flexDirection: 'column', gap: '12px' },
});

type Props = {
  search: ChatsSearch;
  conversationId?: string;
  /** What leads a customer who is in no record into the CRM. */
  toRecord: (conversation: ConversationOut) => ReactNode;
};

/** The list of conversations and, beside it, the open one; on a narrow screen one of the two. */
export function ChatPage(props: Props) {
  const { t } = useTranslation('desk');
  return (
    <Needing right="see-chats" title={t('title')}>
      <Chats {...props} />
    </Needing>
  );
}

function Chats({ search, conversationId, toRecord }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  usePageTitle(t('title'));
  const heading = usePageHeading();
  const router = useRouter();
  const open = conversationId !== undefined;
  const opened = useRef(conversationId);
  useLayoutEffect(() => {
    opened.current = conversationId;
  }, [conversationId]);
  const shown = useShown(conversationId);
  const { view } = search;
  // A search is no place to come back to with every letter; it takes the place of the one before. Another view is one.
  const change = useCallback(
    (next: ChatsSearch) =>
      router.history[next.view === view ? 'replace' : 'push'](chatsAddress(next, opened.current)),
    [router, view],
  );
  return (
    <div className={styles.page}>
      <div className={mergeClasses(styles.side, open && styles.hiddenWhenNarrow)}>
        <div className={styles.head}>
          <h1 ref={heading} tabIndex={-1} className={styles.title}>
            {t('title')}
          </h1>
          <Arrangement search={search} onChange={change} />
        </div>
        <Narrowing search={search} onChange={change} />
        <div className={styles.rest} />
        <ConversationList key={chatsAddress(search)} search={search} conversationId={conversationId} />
      </div>
      <div className={mergeClasses(styles.open, !open && styles.hiddenWhenNarrow)}>
        {shown === undefined ? (
          <EmptyState icon={<Chat24Regular />} title={t('choose.title')}>
            {t('choose.text')}
          </EmptyState>
        ) : (
          <OpenConversation
            key={shown}
            conversationId={shown}
            backTo={chatsAddress(search)}
            toRecord={toRecord}
          />
        )}
      </div>
    </div>
  );
}

/** How long a chat stays in view while the next is on its way, ms: nobody sees it, and a page of grey lines is spared. */
const STAYS = 100;

/** The chat in view: one that is asked for takes the place of another when it is here, or after `STAYS`. */
function useShown(conversationId: string | undefined): string | undefined {
  const client = useQueryClient();
  // Whoever comes by a row of the list has asked already; by an address, a notification or the way back nobody has.
  if (conversationId !== undefined && client.getQueryState(keys.messages(conversationId)) === undefined)
    openAhead(client, conversationId);
  const [shown, setShown] = useState(conversationId);
  const waits =
    conversationId !== undefined &&
    shown !== undefined &&
    shown !== conversationId &&
    client.getQueryData(keys.messages(conversationId)) === undefined
      ? openingOf(conversationId)
      : null;
  if (shown !== conversationId && waits === null) setShown(conversationId);
  useEffect(() => {
    if (waits === null) return;
    let timer = setTimeout(setShown, STAYS, conversationId);
    let left = false;
    void waits.then(() => {
      // Behind those who are told of the answer.
      if (!left) timer = setTimeout(setShown, 0, conversationId);
    });
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [waits, conversationId]);
  return waits === null ? conversationId : shown;
}

type ListProps = { search: ChatsSearch; onChange: (search: ChatsSearch) => void };

/** Which of the conversations are listed, and in what order. A chat that is opened does not draw these anew. */
const Arrangement = memo(function Arrangement(props: ListProps) {
  return (
    <>
      <FilterButton {...props} />
      <SortMenu {...props} />
    </>
  );
});

const Narrowing = memo(function Narrowing(props: ListProps) {
  const styles = useStyles();
  return (
    <>
      <ViewTabs {...props} />
      <div className={styles.find}>
        <ChatsSearchBox {...props} />
      </div>
      <FilterChips {...props} />
    </>
  );
});

type OpenProps = { conversationId: string; backTo: string; toRecord: Props['toRecord'] };

function OpenConversation({ conversationId, backTo, toRecord }: OpenProps) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const conversation = useConversation(conversationId);
  usePageTitle(conversation.data?.contactPoint.name ?? t('title'));
  if (conversation.data !== undefined)
    return (
      <ConversationView
        conversation={conversation.data}
        backTo={backTo}
        toRecord={toRecord(conversation.data)}
      />
    );
  return (
    <div className={styles.wait}>
      {conversation.isError ? (
        <>
          <ErrorState error={conversation.error} onRetry={() => void conversation.refetch()} />
          <AppLink to={backTo}>{t('allChats')}</AppLink>
        </>
      ) : (
        <Loading label={t('loadingChat')} />
      )}
    </div>
  );
}
