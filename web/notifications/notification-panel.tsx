import { Button, makeStyles, tokens, useArrowNavigationGroup } from '@fluentui/react-components';
import { AlertOff24Regular } from '@fluentui/react-icons/svg/alert-off';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { NotificationOut } from '../../src/http/schemas/desk.ts';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { NotificationRow } from './notification-row.tsx';
import type { useNotifications } from './queries.ts';

const useStyles = makeStyles({
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '8px',
    minHeight: '48px',
    padding: '8px 8px 8px 16px',
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  title: {
    flex: 1,
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
  body: { maxHeight: 'min(520px, calc(100dvh - 140px))', overflowY: 'auto' },
  wait: { padding: '12px 16px' },
  list: { listStyle: 'none', margin: 0, padding: 0 },
  more: { display: 'flex', justifyContent: 'center', padding: '8px' },
});

type Props = {
  headingId: string;
  query: ReturnType<typeof useNotifications>;
  items: NotificationOut[] | undefined;
  unread: number;
  /** Null: all of them. */
  onRead: (ids: string[] | null) => void;
  onClose: () => void;
};

/** What wants attention, newest first, page by page. */
export function NotificationPanel({ headingId, query, items, unread, onRead, onClose }: Props) {
  const { t } = useTranslation('notifications');
  const styles = useStyles();
  const arrows = useArrowNavigationGroup({ axis: 'vertical', tabbable: true });
  const list = useRef<HTMLUListElement>(null);
  // The button may be gone afterwards; whoever used it goes on at the first of what it brought.
  const goOnAt = useRef<number | null>(null);
  const count = items?.length ?? 0;
  const readOn = () => {
    goOnAt.current = count;
    void query.fetchNextPage();
  };
  useEffect(() => {
    if (goOnAt.current === null || count <= goOnAt.current) return;
    list.current?.children[goOnAt.current]?.querySelector<HTMLElement>('a, button')?.focus();
    goOnAt.current = null;
  }, [count]);
  return (
    <>
      <div className={styles.head}>
        <h2 id={headingId} className={styles.title}>
          {t('title')}
        </h2>
        <Button
          appearance="subtle"
          size="small"
          disabledFocusable={unread === 0}
          onClick={() => onRead(null)}
        >
          {t('markAll')}
        </Button>
      </div>
      <div className={styles.body}>
        {query.isError && (
          <div className={styles.wait}>
            <ErrorState error={query.error} onRetry={() => void query.refetch()} />
          </div>
        )}
        {items === undefined && !query.isError && (
          <div className={styles.wait}>
            <Loading rows={4} label={t('loading')} />
          </div>
        )}
        {items?.length === 0 && (
          <EmptyState icon={<AlertOff24Regular />} title={t('none')}>
            {t('noneText')}
          </EmptyState>
        )}
        {items !== undefined && items.length > 0 && (
          <ul ref={list} className={styles.list} {...arrows}>
            {items.map((one) => (
              <li key={one.id}>
                <NotificationRow
                  notification={one}
                  onOpen={() => {
                    if (one.readAt === null) onRead([one.id]);
                    if (one.conversation !== null) onClose();
                  }}
                />
              </li>
            ))}
          </ul>
        )}
        {query.hasNextPage && (
          <div className={styles.more}>
            <Button appearance="subtle" disabledFocusable={query.isFetchingNextPage} onClick={readOn}>
              {query.isFetchingNextPage ? t('loading') : t('older')}
            </Button>
          </div>
        )}
      </div>
    </>
  );
}
