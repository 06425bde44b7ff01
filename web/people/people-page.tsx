import { Button, makeStyles, SearchBox, tokens, useRestoreFocusTarget } from '@fluentui/react-components';
import { PeopleSearch24Regular } from '@fluentui/react-icons/svg/people-search';
import { PersonAdd20Regular } from '@fluentui/react-icons/svg/person-add';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PersonOut } from '../../src/http/schemas/people.ts';
import { listOf } from '../i18n/locale.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { MayButton, NotAllowedPage } from '../ui/may.tsx';
import { useMay } from '../ui/me.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { PersonDialogs, type Shown } from './person-dialogs.tsx';
import { PersonMenu } from './person-menu.tsx';
import { PersonStatus } from './person-status.tsx';
import { usePeople } from './queries.ts';

const useStyles = makeStyles({
  search: { maxWidth: '360px', width: '100%' },
  none: { color: tokens.colorNeutralForeground3 },
  actions: { display: 'flex', justifyContent: 'flex-end' },
});

/** Configuration → People: who may sign in, in which role and teams. */
export function PeoplePage() {
  const { t } = useTranslation(['people', 'rights']);
  // An auditor reads who has access; changing it is another right.
  const mayRead = useMay('manage-people', 'see-audit');
  return mayRead ? <People /> : <NotAllowedPage right="manage-people" title={t('people.title')} />;
}

function People() {
  const { t } = useTranslation(['people', 'rights']);
  const styles = useStyles();
  const returnFocus = useRestoreFocusTarget();
  const [search, setSearch] = useState('');
  const [shown, setShown] = useState<Shown | null>(null);
  const wanted = useDeferredValue(search.trim());
  const people = usePeople(wanted);
  const rows = people.data?.pages.flatMap(({ items }) => items);
  return (
    <Page>
      <PageHeader
        title={t('people.title')}
        description={t('people.description')}
        commands={
          <MayButton
            {...returnFocus}
            right="manage-people"
            appearance="primary"
            icon={<PersonAdd20Regular />}
            onClick={() => setShown({ what: 'invite' })}
          >
            {t('people.invite')}
          </MayButton>
        }
      />
      <SearchBox
        className={styles.search}
        aria-label={t('people.search')}
        placeholder={t('people.search')}
        value={search}
        onChange={(_, data) => setSearch(data.value)}
      />
      {people.isError && rows === undefined && (
        <ErrorState error={people.error} onRetry={() => void people.refetch()} />
      )}
      {people.isPending && <Loading />}
      {rows?.length === 0 && (
        <EmptyState icon={<PeopleSearch24Regular />} title={t('people.noneFound')}>
          {wanted === '' ? t('people.noneYet') : t('people.noneFoundText', { search: wanted })}
        </EmptyState>
      )}
      {rows !== undefined && rows.length > 0 && (
        <DataTable
          label={t('people.title')}
          columns={columnsOf(t, styles, setShown)}
          rows={rows}
          rowKey={({ id }) => id}
        />
      )}
      {people.hasNextPage && (
        <div>
          <Button disabledFocusable={people.isFetchingNextPage} onClick={() => void people.fetchNextPage()}>
            {t('people.more')}
          </Button>
        </div>
      )}
      <PersonDialogs shown={shown} onShow={setShown} />
    </Page>
  );
}

function columnsOf(
  t: ReturnType<typeof useTranslation<['people', 'rights']>>['t'],
  styles: ReturnType<typeof useStyles>,
  onShow: (shown: Shown) => void,
): Column<PersonOut>[] {
  const none = <span className={styles.none}>{t('people.none')}</span>;
  return [
    { header: t('people.name'), width: '22%', cell: ({ name }) => name },
    { header: t('people.email'), width: '26%', cell: ({ email }) => email ?? none },
    { header: t('people.role'), whole: true, cell: ({ role }) => t(`rights:roles.${role}`) },
    {
      header: t('people.teams'),
      width: '17%',
      cell: ({ teams }) => (teams.length === 0 ? none : listOf(teams.map(({ name }) => name))),
    },
    { header: t('people.status'), cell: (person) => <PersonStatus status={person.status} /> },
    {
      header: t('people.lastSeen'),
      whole: true,
      cell: ({ lastSeenAt }) => (lastSeenAt === null ? none : <Time at={lastSeenAt} />),
    },
    {
      header: t('people.actions'),
      align: 'end',
      cell: (person) => (
        <div className={styles.actions}>
          <PersonMenu person={person} onShow={onShow} />
        </div>
      ),
    },
  ];
}
