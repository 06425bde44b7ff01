import { makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { listOf } from '../i18n/locale.ts';
import { FormSection } from '../ui/form-section.tsx';
import { useMe } from '../ui/me.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { RIGHT_GROUPS } from '../ui/right-groups.ts';
import { LanguageSection } from './language-section.tsx';
import { NotificationsSection } from './notifications-section.tsx';
import { PasswordSection } from './password-section.tsx';
import { SessionsSection } from './sessions-section.tsx';

const useStyles = makeStyles({
  facts: {
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: '8px 24px',
    '@media (max-width: 640px)': { gridTemplateColumns: '1fr', gap: '0' },
  },
  term: { color: tokens.colorNeutralForeground3 },
  fact: { overflowWrap: 'anywhere', '@media (max-width: 640px)': { marginBlockEnd: '8px' } },
});

/** My account: what a person decides about themselves. */
export function AccountPage() {
  const { t } = useTranslation(['people', 'rights']);
  return (
    <Page>
      <PageHeader title={t('account.title')} description={t('account.description')} />
      <Profile />
      <LanguageSection />
      <NotificationsSection />
      <PasswordSection />
      <SessionsSection />
    </Page>
  );
}

function Profile() {
  const { t } = useTranslation(['people', 'rights']);
  const styles = useStyles();
  const me = useMe();
  const facts = [
    [t('people.name'), me.name],
    [t('people.email'), me.email ?? t('account.noEmail')],
    [t('people.role'), t(`rights:roles.${me.role}`)],
    [
      t('people.teams'),
      me.teams.length === 0 ? t('account.noTeams') : listOf(me.teams.map(({ name }) => name)),
    ],
    [
      t('account.rights'),
      listOf(
        RIGHT_GROUPS.flatMap(({ rights }) => rights)
          .filter((right) => me.rights.includes(right))
          .map((right) => t(`rights:rights.${right}.name`)),
      ),
    ],
  ] as const;
  return (
    <FormSection title={t('account.profile')} description={t('account.profileText')}>
      <dl className={styles.facts}>
        {facts.map(([term, fact]) => (
          <div key={term} style={{ display: 'contents' }}>
            <dt className={styles.term}>{term}</dt>
            <dd className={styles.fact}>{fact}</dd>
          </div>
        ))}
      </dl>
    </FormSection>
  );
}
