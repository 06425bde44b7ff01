import { Button, Link, MessageBar, MessageBarBody, makeStyles } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeOut } from '../../src/http/schemas/administration.ts';
import { answerOf, api } from '../ui/api.ts';
import { useFollowPerson } from '../ui/follow-person.ts';
import { later } from '../ui/later.tsx';
import { useFollow } from '../ui/link.tsx';
import { useLiveHints } from '../ui/live.ts';
import { MeContext } from '../ui/me.tsx';
import { onceTold } from '../ui/notify.ts';
import { usePageTitle } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { EmptyState, Loaded, Loading } from '../ui/states.tsx';
import type { EmbedSearch } from './embed-search.ts';
import { hostOrigin } from './host.ts';
import { useFrameSignIn } from './use-frame-sign-in.ts';
import { useTellHost } from './use-tell-host.ts';

const NotificationArea = later(async () => (await import('../ui/notification-area.tsx')).NotificationArea, {
  when: onceTold,
});

const useStyles = makeStyles({
  frame: { height: '100%', display: 'flex', flexDirection: 'column' },
  chat: { flex: 1, minHeight: 0 },
  hidden: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
});

type ChatOf = (record: { recordType: string; id: string }) => ReactNode;

/** The chat of one record inside another application's page, with a sign-in of its own. */
export function EmbedPage({ search, chat }: { search: EmbedSearch; chat: ChatOf }) {
  const { t } = useTranslation('embed');
  usePageTitle(t('title'));
  const { recordType, id } = search;
  return (
    <main style={{ height: '100%' }}>
      {recordType === undefined || id === undefined ? (
        <EmptyState heading="h1" title={t('noRecord.title')}>
          {t('noRecord.text')}
        </EmptyState>
      ) : hostOrigin() === null ? (
        <NotFramed recordType={recordType} id={id} />
      ) : (
        <SignedIn recordType={recordType} id={id} chat={chat} />
      )}
    </main>
  );
}

/** Opened by itself, where the app has a page of its own for the record. */
function NotFramed({ recordType, id }: { recordType: string; id: string }) {
  const { t } = useTranslation('embed');
  const address = `/records/${encodeURIComponent(recordType)}/${encodeURIComponent(id)}`;
  const follow = useFollow(address);
  return (
    <EmptyState
      heading="h1"
      title={t('notFramed.title')}
      action={
        <Link as="a" href={address} onClick={follow}>
          {t('notFramed.open')}
        </Link>
      }
    >
      {t('notFramed.text')}
    </EmptyState>
  );
}

type RecordProps = { recordType: string; id: string; chat: ChatOf };

function SignedIn(props: RecordProps) {
  const { t } = useTranslation('embed');
  const { state, ended, signIn } = useFrameSignIn();
  if (state.at === 'in') return <Framed {...props} host={state.origin} />;
  return (
    <EmptyState
      heading="h1"
      title={t('signIn.title')}
      action={
        <>
          <Button appearance="primary" onClick={signIn}>
            {t('signIn.button')}
          </Button>
          {state.blocked && (
            <MessageBar intent="warning" layout="multiline" role="alert">
              <MessageBarBody>{t('signIn.blocked')}</MessageBarBody>
            </MessageBar>
          )}
        </>
      }
    >
      {t(ended ? 'signIn.ended' : 'signIn.text')}
    </EmptyState>
  );
}

function Framed(props: RecordProps & { host: string }) {
  const { t } = useTranslation('ui');
  const me = useQuery({
    queryKey: keys.me(),
    queryFn: ({ signal }) => api.get('/api/me', answerOf<MeOut>(), { signal }),
  });
  return (
    <Loaded query={me} loading={<Loading label={t('shell.loading')} />}>
      {(person) => (
        <MeContext value={person}>
          <Chat {...props} person={person} />
        </MeContext>
      )}
    </Loaded>
  );
}

function Chat({ recordType, id, chat, host, person }: RecordProps & { host: string; person: MeOut }) {
  const { t } = useTranslation(['embed', 'ui']);
  const styles = useStyles();
  useFollowPerson(person);
  const connected = useLiveHints();
  useTellHost({ recordType, id, host });
  return (
    <div className={styles.frame}>
      <h1 className={styles.hidden}>{t('title')}</h1>
      {!connected && (
        <MessageBar intent="warning" role="status">
          <MessageBarBody>{t('ui:shell.notConnected')}</MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.chat}>
        <Suspense fallback={<Loading />}>{chat({ recordType, id })}</Suspense>
      </div>
      <NotificationArea />
    </div>
  );
}
