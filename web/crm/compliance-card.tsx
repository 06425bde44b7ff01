import {
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { LockClosed16Regular } from '@fluentui/react-icons/svg/lock-closed';
import { useState } from 'react';
import type { RecordOut, RecordTypeOut } from '../../src/http/schemas/records.ts';
import { ConsentBadge } from '../ui/consent-badge.tsx';
import { GrantDialog, RefusalDialog } from '../ui/decision-dialogs.tsx';
import { AppLink } from '../ui/link.tsx';
import { useMe } from '../ui/me.tsx';
import { Time } from '../ui/time.tsx';
import { ComplianceValue } from './compliance-value.tsx';
import { sourceWords } from './consent-source.ts';
import type { Column } from './record-queries.ts';

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

type Props = { record: RecordOut; type: RecordTypeOut | undefined; columns: Column[] };

/** The Compliance Field, read-only, with the consent state behind it; beside it, what a person may record. */
export function ComplianceCard({ record, type, columns }: Props) {
  const styles = useStyles();
  const mayAct = useMe().role !== 'auditor';
  const returnFocus = useRestoreFocusTarget();
  const [dialog, setDialog] = useState<'refusal' | 'grant' | null>(null);
  const [phone] = record.phones;
  const { consent } = record;
  const labelOf = (name: string) => columns.find((column) => column.name === name)?.label ?? name;
  const marketingField = type?.marketingField ?? null;
  return (
    <section className={styles.card} aria-label="Compliance Field">
      {type !== undefined && type.complianceField === null ? (
        <p>
          This record type has no Compliance Field, so answers are kept in the ledger alone.{' '}
          <AppLink to={`/configuration/record-types/${encodeURIComponent(record.recordType)}`}>
            Choose one
          </AppLink>
        </p>
      ) : (
        <>
          <h2 className={styles.label}>
            <LockClosed16Regular aria-hidden /> {labelOf(type?.complianceField ?? 'Compliance Field')}
          </h2>
          <div className={styles.line}>
            <span className={styles.value}>
              <ComplianceValue value={record.complianceValue} />
            </span>
            <ConsentBadge state={consent.service} onHold={consent.onHold} />
            {consent.decidedAt !== null && (
              <span>
                since <Time at={consent.decidedAt} form="long" />
              </span>
            )}
          </div>
        </>
      )}
      <p className={styles.note}>
        {consent.source === null ? 'Nothing was decided yet.' : `Source: ${sourceWords(consent.source)}.`} The
        field follows the customer’s answers and is read-only here.
      </p>
      {consent.unproven && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            Unproven: this value was found in the CRM. There is no answer of the customer behind it. Send a
            Consent Template, or record the evidence you have.
          </MessageBarBody>
        </MessageBar>
      )}
      {(marketingField !== null || consent.marketing !== 'not-asked') && (
        <div className={styles.line}>
          <span className={styles.label}>
            {marketingField === null ? 'Marketing' : labelOf(marketingField)}
          </span>
          {marketingField !== null && <ComplianceValue value={booleanOf(record.values[marketingField])} />}
          <ConsentBadge state={consent.marketing} purpose="marketing" />
        </div>
      )}
      {phone === undefined ? (
        <p className={styles.note}>Without a number that WhatsApp knows, nothing can be sent or recorded.</p>
      ) : (
        mayAct && (
          <div className={styles.line}>
            <Button {...returnFocus} size="small" onClick={() => setDialog('refusal')}>
              Record a refusal
            </Button>
            <Button {...returnFocus} size="small" onClick={() => setDialog('grant')}>
              Record a grant
            </Button>
          </div>
        )
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
