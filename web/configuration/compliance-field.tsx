import {
  Button,
  Field,
  MessageBar,
  MessageBarBody,
  makeStyles,
  Radio,
  RadioGroup,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { observedCompliance } from '../../src/core/record-type.ts';
import type { ColumnValuesOut } from '../../src/http/schemas/records.ts';
import { translate } from '../i18n/i18n.ts';
import { formatNumber } from '../i18n/locale.ts';
import { NewColumnDialog } from './new-column-dialog.tsx';
import { type Column, useColumnValues } from './queries.ts';

const useStyles = makeStyles({
  option: { display: 'flex', flexDirection: 'column', gap: '2px' },
  dim: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
  add: { alignSelf: 'flex-start' },
});

type Props = {
  table: string;
  columns: Column[];
  value: string | null;
  polarity: 'allows' | 'forbids';
  /** Where a further column of the table is made. */
  made: 'here' | 'elsewhere';
  onChange: (value: string | null) => void;
  disabled: boolean;
  problem: string | undefined;
};

const none = '';

/** Picks the Compliance Field from the CRM's own Boolean columns, each with its default and what records hold today. */
export function ComplianceFieldChoice({
  table,
  columns,
  value,
  polarity,
  made,
  onChange,
  disabled,
  problem,
}: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const returnFocus = useRestoreFocusTarget();
  const [creating, setCreating] = useState(false);
  const booleans = columns.filter(({ kind }) => kind === 'boolean');
  const elsewhere = booleans.some(({ counts, read }) => counts === undefined && read !== undefined);
  const values = useColumnValues(table, elsewhere);
  const chosen = booleans.find(({ name }) => name === value);
  const initial = typeof chosen?.default === 'boolean' ? chosen.default : null;
  const counts = observedCompliance(initial, polarity, false);
  return (
    <>
      <Field
        label={t('compliance.label')}
        hint={t('compliance.hint')}
        {...(problem === undefined ? {} : { validationMessage: problem })}
      >
        <RadioGroup
          value={value ?? none}
          disabled={disabled}
          onChange={(_, { value: next }) => onChange(next === none ? null : next)}
        >
          {booleans.map((column) => (
            <Radio
              key={column.name}
              value={column.name}
              label={
                <span className={styles.option}>
                  <span>
                    <bdi>{column.label}</bdi>{' '}
                    <bdi dir="ltr" className={styles.dim}>
                      {column.name}
                    </bdi>
                  </span>
                  <span className={styles.dim}>{factsOf(column, values.data)}</span>
                </span>
              }
            />
          ))}
          <Radio value={none} label={t('compliance.none')} />
        </RadioGroup>
      </Field>
      {value !== null && chosen === undefined && (
        <MessageBar intent="error" layout="multiline">
          <MessageBarBody>{t('compliance.gone', { column: value })}</MessageBarBody>
        </MessageBar>
      )}
      {chosen !== undefined && initial !== null && (
        <MessageBar intent={counts === null ? 'info' : 'warning'} layout="multiline">
          <MessageBarBody>
            {initial
              ? t('compliance.startsYes', { column: chosen.label })
              : t('compliance.startsNo', { column: chosen.label })}{' '}
            {counts === null
              ? t('compliance.countsAsNeverAsked')
              : counts
                ? t('compliance.countsAsAllowed')
                : t('compliance.onlyConsentTemplates')}
          </MessageBarBody>
        </MessageBar>
      )}
      {!disabled && made === 'elsewhere' && <p className={styles.dim}>{t('newColumn.elsewhere')}</p>}
      {!disabled && made === 'here' && (
        <Button
          {...returnFocus}
          className={styles.add}
          icon={<Add20Regular />}
          onClick={() => setCreating(true)}
        >
          {t('newColumn.title')}
        </Button>
      )}
      <NewColumnDialog
        table={table}
        open={creating}
        onClose={() => setCreating(false)}
        onCreated={(column) => {
          setCreating(false);
          // A field that decides already goes on deciding: an empty column in its place would forget every No.
          if (value === null) onChange(column.name);
        }}
      />
    </>
  );
}

function factsOf(column: Column, elsewhere: ColumnValuesOut[] | undefined): string {
  const { default: initial } = column;
  const start = initial === true ? 'yes' : initial === false ? 'no' : 'empty';
  const facts = translate(`configuration:compliance.start.${start}`);
  const today = todayIn(column, elsewhere);
  return today === null ? facts : `${facts} · ${today}`;
}

/** How many records hold Yes, No and nothing; null where that is not counted. `elsewhere`: what a remote CRM counted. */
export function todayIn(column: Column, elsewhere: ColumnValuesOut[] | undefined): string | null {
  const here = column.counts === undefined ? undefined : { ...column.counts, upTo: null };
  const counts = here ?? elsewhere?.find(({ name }) => name === column.name);
  if (counts === undefined) return null;
  const shown = (count: number): string =>
    count === counts.upTo ? `${formatNumber(count)}+` : formatNumber(count);
  const today = { yes: shown(counts.yes), no: shown(counts.no), empty: shown(counts.empty) };
  return translate('configuration:compliance.today', today);
}
