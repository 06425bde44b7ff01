import { Button, useRestoreFocusTarget } from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { Megaphone24Regular } from '@fluentui/react-icons/svg/megaphone';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../i18n/locale.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { AppLink } from '../ui/link.tsx';
import { MayButton, NotAllowedPage } from '../ui/may.tsx';
import { useMay } from '../ui/me.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { CampaignPage } from './campaign-page.tsx';
import { CampaignState } from './campaign-state.tsx';
import { NewCampaignDialog } from './new-campaign-dialog.tsx';
import { type Campaign, useCampaigns } from './queries.ts';

/** Campaigns: one template to every record of a type, and how far each of them is; or one of them, by its id. */
export function CampaignsPage({ id }: { id?: string | undefined }) {
  const { t } = useTranslation('campaigns');
  const maySee = useMay('run-campaigns', 'see-audit');
  if (!maySee) return <NotAllowedPage right="run-campaigns" title={t('title')} />;
  return id === undefined ? <Campaigns /> : <CampaignPage key={id} id={id} />;
}

function Campaigns() {
  const { t } = useTranslation('campaigns');
  const campaigns = useCampaigns();
  const returnFocus = useRestoreFocusTarget();
  const [starting, setStarting] = useState(false);
  const create = (
    <MayButton
      {...returnFocus}
      right="run-campaigns"
      appearance="primary"
      icon={<Add20Regular />}
      onClick={() => setStarting(true)}
    >
      {t('new')}
    </MayButton>
  );
  return (
    <Page>
      <PageHeader title={t('title')} description={t('description')} commands={create} />
      <Loaded query={campaigns}>
        {({ pages }) => {
          const list = pages.flatMap(({ items }) => items);
          return list.length === 0 ? (
            <EmptyState icon={<Megaphone24Regular />} title={t('none')}>
              {t('noneText')}
            </EmptyState>
          ) : (
            <CampaignTable campaigns={list} />
          );
        }}
      </Loaded>
      {campaigns.hasNextPage && (
        <div>
          <Button
            disabledFocusable={campaigns.isFetchingNextPage}
            onClick={() => void campaigns.fetchNextPage()}
          >
            {t('more')}
          </Button>
        </div>
      )}
      {starting && <NewCampaignDialog onClose={() => setStarting(false)} />}
    </Page>
  );
}

function CampaignTable({ campaigns }: { campaigns: Campaign[] }) {
  const { t } = useTranslation('campaigns');
  const columns: Column<Campaign>[] = [
    {
      header: t('name'),
      cell: ({ id, name }) => <AppLink to={`/campaigns/${encodeURIComponent(id)}`}>{name}</AppLink>,
    },
    { header: t('status'), cell: (campaign) => <CampaignState campaign={campaign} /> },
    {
      header: t('lookedAt'),
      cell: ({ done, total }) => (total === null ? t('notCounted') : t('ofAll', { done, total })),
    },
    { header: t('queued'), cell: ({ queued }) => formatNumber(queued) },
    { header: t('passedOver'), cell: ({ done, queued }) => formatNumber(done - queued) },
    { header: t('startedBy'), cell: ({ startedBy }) => <bdi>{startedBy}</bdi> },
    { header: t('begun'), cell: ({ createdAt }) => <Time at={createdAt} /> },
  ];
  return <DataTable label={t('title')} columns={columns} rows={campaigns} rowKey={({ id }) => id} />;
}
