import {
  MessageBar,
  MessageBarBody,
  makeStyles,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { LockClosed16Regular } from '@fluentui/react-icons/svg/lock-closed';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { RecordOut, RecordTypeOut } from '../../src/http/schemas/records.ts';
import { ConsentBadge } from '../ui/consent-badge.tsx';
import { GrantDialog, RefusalDialog } from '../ui/decision-dialogs.tsx';
import { AppLink } from '../ui/link.tsx';
import { MayButton } from '../ui/may.tsx';
import { Time } from '../ui/time.tsx';
import { ComplianceValue } from './compliance-value.tsx';
import { sourceWords } from './consent-source.ts';
import type { Column } from './record-queries.ts';
import { RelatedLink } from './related-link.tsx';

const useStyles = makeStyles({
  card: {
    display: 'flex',
    flexDirection: 'column',
    gap: '10px',
    padding: '12px 16px',
    borderRadius: tokens.borderRadiusLarge,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  line: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '6px 12px' },
  label: {
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    display: 'inline-flex',
    alignItems: 'center',
    gap: '6px',
  },
  value: { fontSize: tokens.fontSizeBase500, fontWeight: tokens.fontWeightSemibold },
  note: { color: tokens.colorNeutralForeground2 },
});

type Props = {
  record: RecordOut;
  /** The record type whose field it is. */
  type: RecordTypeOut | undefined;
  columns: Column[];
};

/** The Compliance Field, read-only, with the consent state behind it; beside it, what a person may record. */
export function ComplianceCard({ record, type, columns }: Props) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  const returnFocus = useRestoreFocusTarget();
  const [dialog, setDialog] = useState<'refusal' | 'grant' | null>(null);
  const [phone] = record.phones;
  const { consent } = record;
  const labelOf = (name: string) => columns.find((column) => column.name === name)?.label ?? name;
  const marketingField = type?.marketingField ?? null;
  return (
    <section className={styles.card} aria-label={t('complianceField')}>
      {type !== undefined && type.complianceField === null ? (
        <p>
          <Trans
            t={t}
            i18nKey="card.noField"
            components={{
              choose: (
                <AppLink to={`/configuration/record-types/${encodeURIComponent(type.table)}`}>{null}</AppLink>
              ),
            }}
          />
        </p>
      ) : (
        <>
          <h2 className={styles.label}>
            <LockClosed16Regular aria-hidden />{' '}
            {type?.complianceField == null ? t('complianceField') : labelOf(type.complianceField)}
          </h2>
          <div className={styles.line}>
            <span className={styles.value}>
              <ComplianceValue value={record.complianceValue} />
            </span>
            <ConsentBadge state={consent.service} onHold={consent.onHold} />
            {consent.decidedAt !== null && (
              <span>
                <Trans
                  t={t}
                  i18nKey="card.since"
                  components={{ when: <Time at={consent.decidedAt} form="since" /> }}
                />
              </span>
            )}
          </div>
        </>
      )}
      {record.related !== null && (
        <p>
          <Trans
            t={t}
            i18nKey="card.related"
            components={{ record: <RelatedLink related={record.related} /> }}
          />
        </p>
      )}
      <p className={styles.note}>
        {consent.source === null
          ? t('card.nothingDecided')
          : t('card.source', { source: sourceWords(consent.source) })}{' '}
        {t('card.readOnly')}
      </p>
      {consent.unproven && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>{t('card.unproven')}</MessageBarBody>
        </MessageBar>
      )}
      {(marketingField !== null || consent.marketing !== 'not-asked') && (
        <div className={styles.line}>
          <span className={styles.label}>
            {marketingField === null ? t('purpose.marketing') : labelOf(marketingField)}
          </span>
          {marketingField !== null && record.related === null && (
            <ComplianceValue value={booleanOf(record.values[marketingField])} />
          )}
          <ConsentBadge state={consent.marketing} purpose="marketing" />
        </div>
      )}
      {phone === undefined ? (
        <p className={styles.note}>{t('card.noNumber')}</p>
      ) : (
        <div className={styles.line}>
          <MayButton
            {...returnFocus}
            right="record-refusal"
            size="small"
            onClick={() => setDialog('refusal')}
          >
            {t('card.recordRefusal')}
          </MayButton>
          <MayButton {...returnFocus} right="record-grant" size="small" onClick={() => setDialog('grant')}>
            {t('card.recordGrant')}
          </MayButton>
        </div>
      )}
      {phone !== undefined && dialog === 'refusal' && (
        <RefusalDialog of={{ phone }} name={record.name} onClose={() => setDialog(null)} />
      )}
      {phone !== undefined && dialog === 'grant' && (
        <GrantDialog of={{ phone }} name={record.name} onClose={() => setDialog(null)} />
      )}
    </section>
  );
}

function booleanOf(value: RecordOut['values'][string] | undefined): boolean | null {
  return typeof value === 'boolean' ? value : null;
}
