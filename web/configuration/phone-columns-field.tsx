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
import { useTranslation } from 'react-i18next';
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
  const { t } = useTranslation('configuration');
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
      <Label id={labelId}>{t('phoneColumns.label')}</Label>
      <ol className={styles.list} aria-labelledby={labelId}>
        {value.map((name, index) => (
          <li key={name} className={styles.item}>
            <span className={styles.name}>
              {t('phoneColumns.numbered', { number: index + 1, name: labelOf(name) })}{' '}
              <bdi dir="ltr" className={styles.dim}>
                {name}
              </bdi>
            </span>
            <Badge appearance="tint" color={index === 0 ? 'brand' : 'informative'}>
              {index === 0 ? t('phoneColumns.messagingNumber') : t('phoneColumns.ifEmpty')}
            </Badge>
            {!disabled && (
              <span>
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<ArrowUp16Regular />}
                  aria-label={t('phoneColumns.up', { name: labelOf(name) })}
                  disabled={index === 0}
                  onClick={() => move(index, index - 1)}
                />
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<ArrowDown16Regular />}
                  aria-label={t('phoneColumns.down', { name: labelOf(name) })}
                  disabled={index === value.length - 1}
                  onClick={() => move(index, index + 1)}
                />
                <Button
                  size="small"
                  appearance="subtle"
                  icon={<Dismiss16Regular />}
                  aria-label={t('phoneColumns.remove', { name: labelOf(name) })}
                  onClick={() => onChange(value.filter((kept) => kept !== name))}
                />
              </span>
            )}
          </li>
        ))}
      </ol>
      {!disabled && (
        <Field
          label={t('phoneColumns.add')}
          hint={t('phoneColumns.hint')}
          {...(problem === undefined ? {} : { validationMessage: problem })}
        >
          <Dropdown
            placeholder={t('column.choose')}
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
