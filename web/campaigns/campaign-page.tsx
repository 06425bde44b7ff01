import {
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  ProgressBar,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../i18n/locale.ts';
import { serverText } from '../i18n/server-text.ts';
import { answerOf, api } from '../ui/api.ts';
import { useMessageTemplates, useRecordTypes } from '../ui/configured.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { Facts } from '../ui/facts.tsx';
import { AppLink } from '../ui/link.tsx';
import { MayButton } from '../ui/may.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { PhoneNumber } from '../ui/phone-number.tsx';
import { keys } from '../ui/queries.ts';
import { ErrorState, Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { CampaignState } from './campaign-state.tsx';
import { type Campaign, campaignPath, useCampaign, useOutcomes, useSkipped } from './queries.ts';
import { StateCounts, shareOf } from './state-counts.tsx';

const useStyles = makeStyles({
  progress: { display: 'flex', flexDirection: 'column', gap: '8px', maxWidth: '640px' },
  part: { display: 'flex', flexDirection: 'column', gap: '8px' },
  title: { fontSize: tokens.fontSizeBase500, fontWeight: tokens.fontWeightSemibold },
  note: { color: tokens.colorNeutralForeground2, maxWidth: '75ch' },
});

/** One campaign: how far it is, what it queued, and who was passed over for which reason. */
export function CampaignPage({ id }: { id: string }) {
  const { t } = useTranslation('campaigns');
  const campaign = useCampaign(id);
  const trail = [{ label: t('title'), to: '/campaigns' }];
  if (campaign.data === undefined)
    return (
      <Page>
        <PageHeader title={t('one')} trail={trail} />
        <Loaded query={campaign}>{() => null}</Loaded>
      </Page>
    );
  const { name, waitsFor } = campaign.data;
  return (
    <Page>
      <PageHeader
        title={name}
        trail={trail}
        beside={<CampaignState campaign={campaign.data} />}
        commands={<Cancel campaign={campaign.data} />}
      />
      {waitsFor !== null && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t('waitsFor', { what: serverText(waitsFor) })}</MessageBarBody>
        </MessageBar>
      )}
      <Progress campaign={campaign.data} />
      <Standing campaign={campaign.data} />
      {campaign.data.queued > 0 && <Outcomes campaign={campaign.data} />}
      <PassedOver campaign={campaign.data} />
    </Page>
  );
}

function Progress({ campaign: { done, total, state } }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const styles = useStyles();
  const text = total === null ? t('notCounted') : t('recordsOfAll', { done, count: total });
  return (
    <div className={styles.progress}>
      <p aria-live="polite">{text}</p>
      <ProgressBar
        aria-label={t('lookedAt')}
        thickness="large"
        color={state === 'done' ? 'success' : 'brand'}
        max={Math.max(1, total ?? 1)}
        value={total === null ? 0 : Math.min(done, total)}
      />
    </div>
  );
}

function Standing({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const styles = useStyles();
  const templates = useMessageTemplates();
  const types = useRecordTypes();
  const { recordType } = campaign.audience;
  const template = templates.data?.find((one) => one.id === campaign.messageTemplateId);
  const type = types.data?.find(({ table }) => table === recordType)?.displayName ?? recordType;
  const facts: { term: string; value: ReactNode }[] = [
    {
      term: t('template'),
      value: template !== undefined && (
        <AppLink to={`/configuration/message-templates/${encodeURIComponent(template.id)}`}>
          {template.name}
        </AppLink>
      ),
    },
    {
      term: t('to'),
      value: campaign.audience.everyRecord ? t('everyRecord', { type }) : t('someRecords', { type }),
    },
    { term: t('startedBy'), value: <bdi>{campaign.startedBy}</bdi> },
    { term: t('begun'), value: <Time at={campaign.createdAt} /> },
  ];
  if (campaign.finishedAt !== null)
    facts.push({ term: t('ended'), value: <Time at={campaign.finishedAt} /> });
  facts.push({ term: t('queued'), value: formatNumber(campaign.queued) });
  if (campaign.withdrawn > 0) facts.push({ term: t('withdrawn'), value: formatNumber(campaign.withdrawn) });
  return (
    <>
      <Facts items={facts} />
      {campaign.queued > 0 && <p className={styles.note}>{t('judgedAgain')}</p>}
    </>
  );
}

/** How many messages are where, those that did not arrive with their reason, and what customers said to a question. */
function Outcomes({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const styles = useStyles();
  const outcomes = useOutcomes(campaign);
  return (
    <Loaded query={outcomes}>
      {({ messages, answers }) => {
        const sum = messages.reduce((so, { count }) => so + count, 0);
        const why: Column<(typeof messages)[number]> = {
          header: t('reason'),
          long: true,
          cell: ({ reason }) => reason !== null && serverText(reason),
        };
        const columns: Column<(typeof messages)[number]>[] = [
          { header: t('status'), cell: ({ status }) => t(`outcome.${status}`) },
          ...(messages.some(({ reason }) => reason !== null) ? [why] : []),
          { header: t('messages'), width: '120px', cell: ({ count }) => formatNumber(count) },
          { header: t('share'), width: '90px', cell: ({ count }) => shareOf(count, sum) },
        ];
        return (
          <>
            <section className={styles.part} aria-label={t('outcomes')}>
              <h2 className={styles.title}>{t('outcomes')}</h2>
              <DataTable
                label={t('outcomes')}
                columns={columns}
                rows={messages}
                rowKey={({ status, reason }) => `${status} ${reason?.code ?? ''}`}
              />
            </section>
            {answers.length > 0 && (
              <section className={styles.part} aria-label={t('answers')}>
                <h2 className={styles.title}>{t('answers')}</h2>
                <StateCounts counts={answers} label={t('answers')} />
              </section>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

/** By reason, most first; one of them shows whom it was about. */
function PassedOver({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const styles = useStyles();
  const [shown, setShown] = useState<string | null>(null);
  const { skipped } = campaign;
  if (skipped.length === 0) return campaign.state === 'done' ? <p>{t('nobodyPassedOver')}</p> : null;
  const columns: Column<Campaign['skipped'][number]>[] = [
    { header: t('reason'), long: true, cell: (one) => serverText(one) },
    { header: t('records'), width: '120px', cell: ({ count }) => formatNumber(count) },
    {
      header: t('who'),
      align: 'end',
      width: '160px',
      cell: (one) => (
        <Button
          size="small"
          aria-expanded={shown === one.code}
          aria-label={t(shown === one.code ? 'hideOne' : 'showOne', { reason: serverText(one) })}
          onClick={() => setShown(shown === one.code ? null : one.code)}
        >
          {shown === one.code ? t('hide') : t('show')}
        </Button>
      ),
    },
  ];
  const open = skipped.find(({ code }) => code === shown);
  return (
    <section className={styles.part} aria-label={t('passedOver')}>
      <h2 className={styles.title}>{t('passedOver')}</h2>
      <DataTable label={t('reasons')} columns={columns} rows={skipped} rowKey={({ code }) => code} />
      {open !== undefined && <Skipped key={open.code} id={campaign.id} reason={open} />}
    </section>
  );
}

function Skipped({ id, reason }: { id: string; reason: Campaign['skipped'][number] }) {
  const { t } = useTranslation('campaigns');
  const styles = useStyles();
  const skipped = useSkipped(id, reason.code);
  const rows = skipped.data?.pages.flatMap(({ items }) => items) ?? [];
  const columns: Column<(typeof rows)[number]>[] = [
    {
      header: t('record'),
      cell: ({ recordType, recordId, name }) => (
        <AppLink to={`/records/${encodeURIComponent(recordType)}/${encodeURIComponent(recordId)}`}>
          <bdi>{name ?? t('noName')}</bdi>
        </AppLink>
      ),
    },
    {
      header: t('number'),
      cell: ({ phone, phoneText }) => phone !== null && <PhoneNumber number={phone} text={phoneText} />,
    },
  ];
  return (
    <div className={styles.part}>
      <h3>{serverText(reason)}</h3>
      <Loaded query={skipped}>
        {() => (
          <DataTable label={t('who')} columns={columns} rows={rows} rowKey={({ recordId }) => recordId} />
        )}
      </Loaded>
      {skipped.hasNextPage && (
        <div>
          <Button disabledFocusable={skipped.isFetchingNextPage} onClick={() => void skipped.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Also once all is queued: most of it waits for its turn then. */
function Cancel({ campaign: { id, name, state, queued } }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const client = useQueryClient();
  const returnFocus = useRestoreFocusTarget();
  const [asking, setAsking] = useState(false);
  const cancel = useMutation({
    mutationFn: () => api.post(campaignPath(id, '/cancel'), undefined, answerOf<Campaign>()),
    onSuccess: (campaign) => {
      client.setQueryData(keys.campaign(id), campaign);
      setAsking(false);
    },
  });
  if (state !== 'running' && !(state === 'done' && queued > 0)) return null;
  return (
    <>
      <MayButton {...returnFocus} right="run-campaigns" onClick={() => setAsking(true)}>
        {t('cancel')}
      </MayButton>
      {asking && (
        <ConfirmDialog
          open
          title={t('cancelAsk', { name })}
          confirmLabel={t('cancel')}
          busy={cancel.isPending}
          onConfirm={() => cancel.mutate()}
          onCancel={() => setAsking(false)}
        >
          {t('cancelText')}
          {cancel.isError && <ErrorState error={cancel.error} title={t('notCancelled')} />}
        </ConfirmDialog>
      )}
    </>
  );
}
