import { Button } from '@fluentui/react-components';
import { PersonKey24Regular } from '@fluentui/react-icons/svg/person-key';
import { useTranslation } from 'react-i18next';
import { usePageTitle } from './page.tsx';
import { EmptyState } from './states.tsx';

export function SignedOutPage() {
  const { t } = useTranslation('ui');
  usePageTitle(t('signedOut.title'));
  return (
    <main style={{ paddingTop: '10vh' }}>
      <EmptyState
        icon={<PersonKey24Regular />}
        heading="h1"
        title={t('signedOut.heading')}
        action={<Button onClick={() => location.reload()}>{t('error.reload')}</Button>}
      >
        {t('signedOut.text')}
      </EmptyState>
    </main>
  );
}
