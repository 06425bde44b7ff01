import {
  Button,
  CounterBadge,
  makeStyles,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  tokens,
} from '@fluentui/react-components';
import { Alert20Regular } from '@fluentui/react-icons/svg/alert';
import { useLocation } from '@tanstack/react-router';
import { useCallback, useEffect, useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { countInTab } from '../ui/tab-title.ts';
import { conversationOfPath } from './conversation-path.ts';
import { NotificationPanel } from './notification-panel.tsx';
import { notificationsOf, unreadOf } from './pages.ts';
import { useForgetOlder, useMarkRead, useNotifications, useUnreadChats } from './queries.ts';
import { useAlerts } from './use-alerts.ts';

const useStyles = makeStyles({
  button: {
    position: 'relative',
    overflow: 'visible',
    minWidth: 0,
    color: 'inherit',
    ':hover': { color: 'inherit', backgroundColor: tokens.colorBrandBackgroundHover },
    ':hover:active': { color: 'inherit', backgroundColor: tokens.colorBrandBackgroundPressed },
    '& .fui-Button__icon': { color: 'inherit' },
  },
  badge: { position: 'absolute', top: '1px', insetInlineStart: '46%', pointerEvents: 'none' },
  surface: {
    padding: 0,
    width: 'min(400px, calc(100vw - 16px))',
    overflow: 'hidden',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  hidden: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
});

/** The bell of the top bar: what wants this person's attention, and everything that tells them of it. */
export function NotificationBell() {
  const { t } = useTranslation('notifications');
  const styles = useStyles();
  const heading = useId();
  const [open, setOpen] = useState(false);
  const query = useNotifications();
  const chats = useUnreadChats();
  const forgetOlder = useForgetOlder();
  const { mutate: markRead } = useMarkRead();
  const items = useMemo(
    () => (query.data === undefined ? undefined : notificationsOf(query.data)),
    [query.data],
  );
  const unread = unreadOf(query.data);
  const readOne = useCallback((id: string) => markRead([id]), [markRead]);
  const spoken = useAlerts(items, chats.data, readOne);
  useReadWhereOpen(items, markRead);

  const inTab = unread + (chats.data?.length ?? 0);
  useEffect(() => countInTab(inTab), [inTab]);
  useEffect(() => () => countInTab(0), []);

  const change = (next: boolean) => {
    setOpen(next);
    if (!next) forgetOlder();
  };
  return (
    <>
      <Popover
        open={open}
        onOpenChange={(_, data) => change(data.open)}
        positioning={{ position: 'below', align: 'end', offset: 8, overflowBoundaryPadding: 8 }}
        trapFocus
      >
        <PopoverTrigger disableButtonEnhancement>
          <Button
            appearance="transparent"
            className={styles.button}
            icon={
              <>
                <Alert20Regular />
                {unread > 0 && (
                  <CounterBadge
                    className={styles.badge}
                    count={unread}
                    overflowCount={99}
                    size="small"
                    color="danger"
                    aria-hidden
                  />
                )}
              </>
            }
            aria-label={
              unread === 0 ? t('bell') : unread > 99 ? t('bellMany') : t('bellUnread', { count: unread })
            }
          />
        </PopoverTrigger>
        <PopoverSurface className={styles.surface} aria-labelledby={heading}>
          <NotificationPanel
            headingId={heading}
            query={query}
            items={items}
            unread={unread}
            onRead={markRead}
            onClose={() => change(false)}
          />
        </PopoverSurface>
      </Popover>
      <div className={styles.hidden} aria-live="polite">
        {spoken}
      </div>
    </>
  );
}

/** Whoever has a conversation before their eyes has read what was told of it. */
function useReadWhereOpen(
  items: ReturnType<typeof notificationsOf> | undefined,
  markRead: (ids: string[]) => void,
): void {
  const open = useLocation({ select: ({ pathname }) => conversationOfPath(pathname) });
  const [inView, setInView] = useState(() => document.visibilityState === 'visible');
  useEffect(() => {
    const look = () => setInView(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  useEffect(() => {
    if (!inView || open === null) return;
    const ids = (items ?? []).filter((one) => one.readAt === null && one.conversation?.id === open);
    if (ids.length > 0) markRead(ids.map(({ id }) => id));
  }, [items, open, inView, markRead]);
}
