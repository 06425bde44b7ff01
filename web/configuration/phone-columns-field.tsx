import {
  Badge,
  Button,
  Dropdown,
  Field,
  Label,
  makeStyles,
  Option,
  tokens,
} from '@fluentui/react-components';
import { ArrowDown16Regular } from '@fluentui/react-icons/svg/arrow-down';
import { ArrowUp16Regular } from '@fluentui/react-icons/svg/arrow-up';
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss';
import { useId } from 'react';
import type { Column } from './queries.ts';

const useStyles = makeStyles({
  whole: { maxWidth: '720px' },
  list: {
    listStyle: 'none',
    margin: '4px 0 8px',
    padding: 0,
    display: 'flex',
    flexDirection: 'column',
    gap: '4px',
  },
  item: {
    display: 'flex',
    alignItems: 'center',
    flexWrap: 'wrap',
    gap: '4px 8px',
    padding: '4px 4px 4px 12px',
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
  },
  name: { flex: '1 1 140px', minWidth: 0, overflowWrap: 'anywhere' },
  dim: { color: tokens.colorNeutralForeground3, fontSize: tokens.fontSizeBase200 },
});

type Props = {
  columns: Column[];
  value: string[];
  onChange: (value: string[]) => void;
  disabled: boolean;
  problem: string | undefined;
};

/** Phone columns in order: the first that holds a valid number is where messages go. */
export function PhoneColumnsField({ columns, value, onChange, disabled, problem }: Props) {
  const styles = useStyles();
  const labelId = useId();
  const labelOf = (name: string) => columns.find((column) => column.name === name)?.label ?? name;
  const free = columns.filter(
    ({ name, kind }) => (kind === 'phone' || kind === 'text') && !value.includes(name),
  );
  const phonesFirst = [
    ...free.filter(({ kind }) => kind === 'phone'),
    ...free.filter(({ kind }) => kind !== 'phone'),
  ];
  const move = (from: number, to: number) => {
    const next = [...value];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
  };
  return (
    <div className={styles.whole}>
      <Label id={labelId}>Phone columns, in order</Label>
      <ol className={styles.list} aria-labelledby={labelId}>
        {value.map((name, index) => (
          <li key={name} className={styles.item}>
            <span className={styles.name}>
              {index + 1}. {labelOf(name)} <span className={styles.dim}>{name}</span>
            </span>
            <Badge appearance="tint" color={index === 0 ? 'brand' : 'informative'}>
              {index === 0 ? 'Messaging number' : 'If those before are empty'}
            </Badge>
            {!disabled && (
              <span>
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<ArrowUp16Regular />}
                  aria-label={`Move ${labelOf(name)} up`}
                  disabled={index === 0}
                  onClick={() => move(index, index - 1)}
                />
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<ArrowDown16Regular />}
                  aria-label={`Move ${labelOf(name)} down`}
                  disabled={index === value.length - 1}
                  onClick={() => move(index, index + 1)}
                />
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<Dismiss16Regular />}
                  aria-label={`Remove ${labelOf(name)}`}
                  onClick={() => onChange(value.filter((kept) => kept !== name))}
                />
              </span>
            )}
          </li>
        ))}
      </ol>
      {!disabled && (
        <Field
          label="Add a phone column"
          hint="The first column that holds a valid number is the record’s messaging number: messages go there and the Compliance Field speaks for it. The others only help to recognise who writes."
          {...(problem === undefined ? {} : { validationMessage: problem })}
        >
          <Dropdown
            placeholder="Choose a column"
            value=""
            selectedOptions={[]}
            disabled={free.length === 0}
            onOptionSelect={(_, { optionValue }) =>
              optionValue !== undefined && onChange([...value, optionValue])
            }
          >
            {phonesFirst.map(({ name, label }) => (
              <Option key={name} value={name} text={label}>
                {`${label} (${name})`}
              </Option>
            ))}
          </Dropdown>
        </Field>
      )}
    </div>
  );
}
