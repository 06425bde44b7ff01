import { Field, MessageBar, MessageBarBody, Radio, RadioGroup } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { Column } from './queries.ts';

type Polarity = 'allows' | 'forbids';

type Props = {
  /** The chosen Compliance Field. */
  column: Column | undefined;
  value: Polarity;
  disabled: boolean;
  problem: string | undefined;
  onChange: (value: Polarity) => void;
};

/** What Yes in the field means: proposed by the words of the column, told with its own words, and for a person to change. */
export function PolarityField({ column, value, disabled, problem, onChange }: Props) {
  const { t } = useTranslation('configuration');
  const words = {
    column: column?.label ?? '',
    yes: column?.options?.yes ?? t('polarity.yes'),
    no: column?.options?.no ?? t('polarity.no'),
  };
  return (
    <>
      <Field
        label={t('recordType.polarity.label')}
        {...(problem === undefined ? {} : { validationMessage: problem })}
      >
        <RadioGroup
          value={value}
          disabled={disabled}
          onChange={(_, { value: next }) => onChange(next === 'forbids' ? 'forbids' : 'allows')}
        >
          <Radio value="allows" label={t('recordType.polarity.allows')} />
          <Radio value="forbids" label={t('recordType.polarity.forbids')} />
        </RadioGroup>
      </Field>
      {column !== undefined && (
        <MessageBar intent={column.polarity === value ? 'info' : 'warning'} layout="multiline">
          <MessageBarBody>
            {t(`polarity.means.${value}`, words)}
            {column.polarity === 'forbids' && ` ${t('polarity.proposed')}`}
            {column.polarity === 'allows' && value === 'forbids' && ` ${t('polarity.unlikely')}`}
          </MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}
