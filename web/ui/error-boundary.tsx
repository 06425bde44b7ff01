import { Button } from '@fluentui/react-components';
import { Component, type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem } from './api.ts';
import { AppLink } from './link.tsx';
import { Page, PageHeader } from './page.tsx';
import { ErrorState } from './states.tsx';

/** Shows a sentence and a way on where a page failed to render. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidCatch(error: unknown) {
    console.error(error);
  }

  override render() {
    return this.state.error === null ? this.props.children : <CrashPage error={this.state.error} />;
  }
}

/** A page that failed. One that could not be fetched comes by itself once the server is there again. */
export function CrashPage({ error }: { error: unknown }) {
  const { t } = useTranslation('ui');
  useReloadOnReturn(error instanceof ApiProblem && error.code === 'network');
  return (
    <Page>
      <ErrorState error={error} onRetry={() => location.reload()} />
      <div>
        <Button as="a" href="/chats">
          {t('goToChats')}
        </Button>
      </div>
    </Page>
  );
}

const ASK_AGAIN_MS = 3_000;

/**
 * Loads the page again when the server answers after it did not. Where it answered all along, and has not what the page
 * is made of, that would never end.
 */
function useReloadOnReturn(waits: boolean): void {
  useEffect(() => {
    if (!waits) return;
    let wasAway = false;
    const ask = async () => {
      const answer = await fetch('/api/me').catch(() => null);
      if (answer === null || answer.status >= 500) wasAway = true;
      else if (wasAway) location.reload();
    };
    void ask();
    const timer = setInterval(() => void ask(), ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [waits]);
}

export function NoSuchPage() {
  const { t } = useTranslation('ui');
  return (
    <Page>
      <PageHeader title={t('noPage.title')} description={t('noPage.text')} />
      <AppLink to="/chats">{t('goToChats')}</AppLink>
    </Page>
  );
}
