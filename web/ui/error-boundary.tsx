import { Button } from '@fluentui/react-components';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
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

export function CrashPage({ error }: { error: unknown }) {
  const { t } = useTranslation('ui');
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

export function NoSuchPage() {
  const { t } = useTranslation('ui');
  return (
    <Page>
      <PageHeader title={t('noPage.title')} description={t('noPage.text')} />
      <AppLink to="/chats">{t('goToChats')}</AppLink>
    </Page>
  );
}
