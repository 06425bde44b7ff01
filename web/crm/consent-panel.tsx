import {
  Accordion,
  Button,
  Field,
  Menu,
  MenuItemLink,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Select,
  tokens,
} from '@fluentui/react-components';
import { ArrowDownload20Regular } from '@fluentui/react-icons/svg/arrow-download';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { z } from 'zod';
import type { ConsentOut } from '../../src/http/schemas/consent.ts';
import type { RecordOut } from '../../src/http/schemas/records.ts';
import { withQuery } from '../ui/api.ts';
import { ConsentBadge } from '../ui/consent-badge.tsx';
import { AppLink } from '../ui/link.tsx';
import { MayButton, NotAllowed, useWhyNot } from '../ui/may.tsx';
import { useMay } from '../ui/me.tsx';
import { PhoneNumber } from '../ui/phone-number.tsx';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { ComplianceValue } from './compliance-value.tsx';
import { sourceWords } from './consent-source.ts';
import { HistoryLine } from './history-line.tsx';
import { type Purpose, useRecordConsent, useRecordTypes } from './record-queries.ts';

type Consent = z.infer<typeof ConsentOut>;

const useStyles = makeStyles({
  panel: { display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '760px' },
  line: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'flex-end',
    justifyContent: 'space-between',
    gap: '8px',
  },
  facts: { display: 'grid', gridTemplateColumns: 'max-content 1fr', gap: '4px 16px', alignItems: 'baseline' },
  sentence: { '::first-letter': { textTransform: 'uppercase' } },
  term: { color: tokens.colorNeutralForeground2 },
  title: {
    fontSize: tokens.fontSizeBase400,
    lineHeight: tokens.lineHeightBase400,
    fontWeight: tokens.fontWeightSemibold,
  },
});

/** What was decided for the record's number, for one purpose, and every event behind it with its evidence. */
export function ConsentPanel({ record }: { record: RecordOut }) {
  return useMay('see-history') ? <Consents record={record} /> : <NotAllowed right="see-history" />;
}

function Consents({ record }: { record: RecordOut }) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  const [purpose, setPurpose] = useState<Purpose>('service');
  const consent = useRecordConsent(record.recordType, record.id, purpose);
  return (
    <div className={styles.panel}>
      <div className={styles.line}>
        <Field label={t('purpose.label')}>
          <Select
            value={purpose}
            onChange={(_, data) => setPurpose(data.value === 'marketing' ? 'marketing' : 'service')}
          >
            <option value="service">{t('purpose.service')}</option>
            <option value="marketing">{t('purpose.marketing')}</option>
          </Select>
        </Field>
        {consent.data !== undefined && <ExportMenu consent={consent.data} />}
      </div>
      <Loaded query={consent}>
        {(one) => (
          <>
            <Facts consent={one} />
            <h2 className={styles.title}>{t('history.title')}</h2>
            {one.history.length === 0 ? (
              <EmptyState title={t('history.empty')}>{t('history.emptyText')}</EmptyState>
            ) : (
              <Accordion multiple collapsible>
                {[...one.history].reverse().map((line) => (
                  <HistoryLine key={`${line.contactPointId}/${line.seq}`} line={line} />
                ))}
              </Accordion>
            )}
          </>
        )}
      </Loaded>
    </div>
  );
}

function Facts({ consent }: { consent: Consent }) {
  const { t } = useTranslation('crm');
  const types = useRecordTypes().data?.items;
  const typeName = (table: string) => types?.find((type) => type.table === table)?.displayName ?? table;
  const styles = useStyles();
  return (
    <dl className={styles.facts}>
      <dt className={styles.term}>{t('facts.state')}</dt>
      <dd>
        <ConsentBadge state={consent.state} onHold={consent.onHold} />
        {consent.requestOpen && <> {t('facts.requestOpen')}</>}
        {consent.platformStopped && <> {t('facts.platformStopped')}</>}
      </dd>
      <dt className={styles.term}>{t('facts.since')}</dt>
      <dd>
        {consent.decidedAt === null ? t('facts.nothingDecided') : <Time at={consent.decidedAt} form="long" />}
      </dd>
      {consent.source !== null && (
        <>
          <dt className={styles.term}>{t('facts.source')}</dt>
          <dd className={styles.sentence}>{sourceWords(consent.source)}</dd>
        </>
      )}
      {consent.grantWaits !== null && (
        <>
          <dt className={styles.term}>{t('facts.grantWaits')}</dt>
          <dd>
            <Trans
              t={t}
              i18nKey="facts.secondPerson"
              components={{
                who: <bdi>{consent.grantWaits.requestedBy}</bdi>,
                when: <Time at={consent.grantWaits.requestedAt} form="since" />,
              }}
            />
          </dd>
        </>
      )}
      {consent.heldUntil !== null && (
        <>
          <dt className={styles.term}>{t('facts.heldUntil')}</dt>
          <dd>
            <Trans
              t={t}
              i18nKey="facts.thenRefusal"
              components={{ when: <Time at={consent.heldUntil} form="long" /> }}
            />
          </dd>
        </>
      )}
      <dt className={styles.term}>{t('facts.number')}</dt>
      <dd>
        {consent.phone === null ? (
          t('facts.noNumber')
        ) : (
          <PhoneNumber number={consent.phone} text={consent.phoneText} />
        )}
      </dd>
      <dt className={styles.term}>{t('facts.records')}</dt>
      <dd>
        {consent.records.map((record) => (
          <div key={`${record.recordType}/${record.id}`}>
            <AppLink
              to={`/records/${encodeURIComponent(record.recordType)}/${encodeURIComponent(record.id)}`}
            >
              <bdi>{record.name}</bdi>
            </AppLink>{' '}
            (<bdi>{typeName(record.recordType)}</bdi>): <ComplianceValue value={record.complianceValue} />
          </div>
        ))}
      </dd>
    </dl>
  );
}

/** The evidence as a file: JSON holds all of it and can be verified, CSV is for reading. */
function ExportMenu({ consent: { phone, conversationId, withheld } }: { consent: Consent }) {
  const { t } = useTranslation('crm');
  const whyNot = useWhyNot('export');
  if (phone === null && conversationId === null) return null;
  const reason = withheld === null ? null : t('export.anotherTeam');
  if (whyNot !== null || reason !== null)
    return (
      <MayButton right="export" reason={reason} icon={<ArrowDownload20Regular />}>
        {t('export.button')}
      </MayButton>
    );
  const whose = phone === null ? { conversationId } : { phone };
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button icon={<ArrowDownload20Regular />}>{t('export.button')}</Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItemLink href={withQuery('/api/consent-export', whose)} download>
            {t('export.evidence')}
          </MenuItemLink>
          <MenuItemLink href={withQuery('/api/consent-export', { ...whose, format: 'csv' })} download>
            {t('export.history')}
          </MenuItemLink>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
