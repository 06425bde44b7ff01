import { makeStyles, Tab, TabList, tokens } from '@fluentui/react-components';
import { useLocation, useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordOut } from '../../src/http/schemas/records.ts';
import { ApiProblem } from '../ui/api.ts';
import { ConsentBadge } from '../ui/consent-badge.tsx';
import { AppLink } from '../ui/link.tsx';
import { Needing } from '../ui/may.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { PhoneNumber } from '../ui/phone-number.tsx';
import { EmptyState, ErrorState, Loading, sentenceOf } from '../ui/states.tsx';
import { ConsentPanel } from './consent-panel.tsx';
import { RecordForm } from './record-form.tsx';
import { useRecord, useRecordTypes } from './record-queries.ts';
import { RelatedLink } from './related-link.tsx';
import { useNarrow } from './use-narrow.ts';

const narrow = '@media (max-width: 1020px)';

const useStyles = makeStyles({
  page: { height: '100%', minHeight: 0, display: 'flex', flexDirection: 'column' },
  head: { padding: '12px 24px 0', flexShrink: 0, [narrow]: { padding: '8px 16px 0' } },
  tabs: { marginInlineStart: '-8px', marginTop: '4px' },
  below: {
    flex: 1,
    minHeight: 0,
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) minmax(420px, 44%)',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    [narrow]: { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  panel: {
    minHeight: 0,
    overflowY: 'auto',
    padding: '16px 24px 32px',
    [narrow]: { padding: '12px 16px 32px' },
  },
  chat: {
    minHeight: 0,
    borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
    [narrow]: { borderLeftWidth: 0 },
  },
});

const TABS = ['form', 'chat', 'consent'] as const;
type TabName = (typeof TABS)[number];

type Props = { table: string; id: string; chat: ReactNode };

/** One record: its form and its consent, with its chat beside them, or as a third tab where there is no room. */
export function RecordPage(props: Props) {
  const { t } = useTranslation('crm');
  return (
    <Needing right="see-chats" title={t('record.title')}>
      <Known {...props} />
    </Needing>
  );
}

function Known({ table, id, chat }: Props) {
  const { t } = useTranslation('crm');
  const record = useRecord(table, id);
  if (record.data !== undefined) return <OneRecord record={record.data} chat={chat} />;
  return (
    <Page>
      {record.isError ? (
        <>
          <PageHeader title={t('record.title')} trail={[{ label: t('records.title'), to: '/records' }]} />
          {record.error instanceof ApiProblem && record.error.status === 404 ? (
            // To ask again for what is not there helps nobody.
            <EmptyState
              title={sentenceOf(record.error)}
              action={<AppLink to="/records">{t('records.title')}</AppLink>}
            />
          ) : (
            <ErrorState error={record.error} onRetry={() => void record.refetch()} />
          )}
        </>
      ) : (
        <Loading label={t('record.loading')} />
      )}
    </Page>
  );
}

function OneRecord({ record, chat }: { record: RecordOut; chat: ReactNode }) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  const isNarrow = useNarrow();
  const [tab, setTab] = useTab(isNarrow);
  const type = useRecordTypes().data?.items.find(({ table }) => table === record.recordType);
  const panelId = (name: TabName) => `record-${name}`;
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <PageHeader
          title={record.name === '' ? t('record.noName') : record.name}
          trail={[{ label: t('records.title'), to: '/records' }]}
          beside={<ConsentBadge state={record.consent.service} onHold={record.consent.onHold} />}
          description={
            <>
              <bdi>{type?.displayName ?? record.recordType}</bdi> ·{' '}
              {record.phones[0] === undefined ? (
                t('record.noNumber')
              ) : (
                <PhoneNumber number={record.phones[0]} text={record.phoneText} />
              )}
              {record.related !== null && (
                <>
                  {' · '}
                  <RelatedLink related={record.related} />
                </>
              )}
            </>
          }
        />
        <TabList
          className={styles.tabs}
          aria-label={t('record.parts')}
          selectedValue={tab}
          onTabSelect={(_, data) => setTab(TABS.find((name) => name === data.value) ?? 'form')}
        >
          <Tab id="tab-form" value="form" aria-controls={panelId('form')}>
            {t('record.tabs.form')}
          </Tab>
          {isNarrow && (
            <Tab id="tab-chat" value="chat" aria-controls={panelId('chat')}>
              {t('record.tabs.chat')}
            </Tab>
          )}
          <Tab id="tab-consent" value="consent" aria-controls={panelId('consent')}>
            {t('record.tabs.consent')}
          </Tab>
        </TabList>
      </div>
      <div className={styles.below}>
        {/* Hidden rather than gone, so that changes in the form survive a look at the chat. */}
        <div
          className={styles.panel}
          role="tabpanel"
          id={panelId('form')}
          aria-labelledby="tab-form"
          hidden={tab !== 'form'}
        >
          <RecordForm record={record} type={type} />
        </div>
        {tab === 'consent' && (
          <div className={styles.panel} role="tabpanel" id={panelId('consent')} aria-labelledby="tab-consent">
            <ConsentPanel record={record} />
          </div>
        )}
        {isNarrow ? (
          tab === 'chat' && (
            <div className={styles.chat} role="tabpanel" id={panelId('chat')} aria-labelledby="tab-chat">
              {chat}
            </div>
          )
        ) : (
          <div className={styles.chat}>{chat}</div>
        )}
      </div>
    </div>
  );
}

/** The open tab stands in the address (`#consent`), so that a link can lead to it. */
function useTab(isNarrow: boolean): [TabName, (tab: TabName) => void] {
  const hash = useLocation({ select: (location) => location.hash });
  const navigate = useNavigate();
  const tab = TABS.find((name) => name === hash) ?? 'form';
  return [
    tab === 'chat' && !isNarrow ? 'form' : tab,
    (next) => void navigate({ to: '.', hash: next, replace: true, resetScroll: false }),
  ];
}
