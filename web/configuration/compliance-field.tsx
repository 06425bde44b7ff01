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
import { NewColumnDialog } from './new-column-dialog.tsx';
import type { Column } from './queries.ts';

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
  onChange,
  disabled,
  problem,
}: Props) {
  const styles = useStyles();
  const returnFocus = useRestoreFocusTarget();
  const [creating, setCreating] = useState(false);
  const booleans = columns.filter(({ kind }) => kind === 'boolean');
  const chosen = booleans.find(({ name }) => name === value);
  return (
    <>
      <Field
        label="Compliance Field"
        hint="A Boolean column of this table: Yes, No or empty. Assent writes the customer’s answer there, and decides from it what may be sent."
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
                    {column.label} <span className={styles.dim}>{column.name}</span>
                  </span>
                  <span className={styles.dim}>{factsOf(column)}</span>
                </span>
              }
            />
          ))}
          <Radio value={none} label="None yet: Consent Templates cannot be made for this record type" />
        </RadioGroup>
      </Field>
      {chosen !== undefined && typeof chosen.default === 'boolean' && (
        <MessageBar intent="warning" layout="multiline">
          <MessageBarBody>
            {chosen.label} is {chosen.default ? 'Yes' : 'No'} on every new record before anyone was asked.{' '}
            {chosen.default === (polarity === 'allows')
              ? 'Those records would count as allowed, marked unproven. A column that starts empty is better.'
              : 'Those records may only be sent Consent Templates until the customer answers.'}
          </MessageBarBody>
        </MessageBar>
      )}
      {!disabled && (
        <Button
          {...returnFocus}
          className={styles.add}
          icon={<Add20Regular />}
          onClick={() => setCreating(true)}
        >
          New Boolean column
        </Button>
      )}
      <NewColumnDialog
        table={table}
        open={creating}
        onClose={() => setCreating(false)}
        onCreated={(column) => {
          setCreating(false);
          onChange(column.name);
        }}
      />
    </>
  );
}

function factsOf({ default: initial, counts }: Column): string {
  const start = initial === true ? 'Yes' : initial === false ? 'No' : 'empty';
  const today =
    counts === undefined ? '' : ` · today: ${counts.yes} Yes, ${counts.no} No, ${counts.empty} empty`;
  return `New records start ${start}${today}`;
}
