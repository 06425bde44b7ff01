import { MessageBar, MessageBarBody, makeStyles, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeOut } from '../../src/http/schemas/administration.ts';
import { answerOf, api } from './api.ts';
import { useFollowPerson } from './follow-person.ts';
import { later } from './later.tsx';
import { useLiveHints } from './live.ts';
import { MeContext } from './me.tsx';
import { Navigation } from './navigation.tsx';
import { onceTold } from './notify.ts';
import { Page } from './page.tsx';
import { keys } from './queries.ts';
import { useSignedOut } from './session.ts';
import { Loaded, Loading } from './states.tsx';
import { ToSignIn } from './to-sign-in.tsx';
import { TopBar } from './top-bar.tsx';

const NavigationDrawer = later(async () => (await import('./navigation-drawer.tsx')).NavigationDrawer, {
  onMissing: ({ onOpenChange }) => onOpenChange(false),
});

const NotificationArea = later(async () => (await import('./notification-area.tsx')).NotificationArea, {
  when: onceTold,
});

const useStyles = makeStyles({
  shell: {
    height: '100%',
    display: 'flex',
    flexDirection: 'column',
    backgroundColor: tokens.colorNeutralBackground2,
  },
  skip: {
    position: 'absolute',
    insetInlineStart: '8px',
    top: '-60px',
    zIndex: 1000,
    padding: '8px 16px',
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorBrandForegroundLink,
    ':focus': { top: '6px' },
  },
  below: { flex: 1, minHeight: 0, display: 'flex' },
  side: {
    width: '220px',
    flexShrink: 0,
    overflowY: 'auto',
    backgroundColor: tokens.colorNeutralBackground3,
    borderRight: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 860px)': { display: 'none' },
  },
  main: {
    flex: 1,
    minWidth: 0,
    overflowY: 'auto',
    outline: 'none',
    backgroundColor: tokens.colorNeutralBackground1,
  },
});

/** What stands around every page: top bar, navigation, live hints, notifications; who is not signed in is led to the sign-in. */
export function Shell({ bell, children }: { bell: ReactNode; children: ReactNode }) {
  const { t } = useTranslation('ui');
  const signedOut = useSignedOut();
  const me = useQuery({
    queryKey: keys.me(),
    queryFn: ({ signal }) => api.get('/api/me', answerOf<MeOut>(), { signal }),
    enabled: !signedOut,
  });
  const loading = (
    <Page>
      <Loading label={t('shell.loading')} />
    </Page>
  );
  if (signedOut) return <ToSignIn ended={me.data !== undefined} />;
  return (
    <Loaded query={me} loading={loading}>
      {(person) => (
        <MeContext value={person}>
          <InTheirLanguage person={person} loading={loading}>
            <Frame bell={bell}>{children}</Frame>
          </InTheirLanguage>
        </MeContext>
      )}
    </Loaded>
  );
}

type SpokenProps = { person: MeOut; loading: ReactNode; children: ReactNode };

function InTheirLanguage({ person, loading, children }: SpokenProps) {
  return useFollowPerson(person) ? children : loading;
}

type FrameProps = { bell: ReactNode; children: ReactNode };

function Frame({ bell, children }: FrameProps) {
  const { t } = useTranslation('ui');
  const styles = useStyles();
  const connected = useLiveHints();
  const [open, setOpen] = useState(false);
  // It stays in the page once it was opened, so that it leaves the way it came.
  const [times, setTimes] = useState(0);
  const openNavigation = () => {
    setTimes(times + 1);
    setOpen(true);
  };
  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        {t('shell.skip')}
      </a>
      <TopBar onMenu={openNavigation} bell={bell} />
      {!connected && (
        <MessageBar intent="warning" role="status">
          <MessageBarBody>{t('shell.notConnected')}</MessageBarBody>
        </MessageBar>
      )}
      <div className={styles.below}>
        <div className={styles.side}>
          <Navigation />
        </div>
        {times > 0 && <NavigationDrawer key={times} open={open} onOpenChange={setOpen} />}
        <main id="main" tabIndex={-1} className={styles.main}>
          <Suspense
            fallback={
              <Page>
                <Loading />
              </Page>
            }
          >
            {children}
          </Suspense>
        </main>
      </div>
      <NotificationArea shell />
    </div>
  );
}
