import { Checkbox, Field, Input, makeStyles } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NumberSetting } from './settings-groups.ts';

const useStyles = makeStyles({
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '4px 12px' },
  input: { width: '150px' },
});

type Props = {
  setting: NumberSetting;
  value: number | null;
  onChange: (value: number | null) => void;
  disabled: boolean;
  problem: string | undefined;
};

/** A whole number, or "no limit" where the setting knows that. An unfinished number is kept as typed. */
export function NumberSettingField({ setting, value, onChange, disabled, problem }: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const label = t(`settings.numbers.${setting.key}.label`);
  const noLimit = setting.noLimit === undefined ? null : t(`settings.${setting.noLimit}`);
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <div>
      <Field
        label={label}
        hint={t(`settings.numbers.${setting.key}.hint`)}
        {...(problem === undefined ? {} : { validationMessage: problem })}
      >
        <Input
          className={styles.input}
          {...(disabled || value === null
            ? {}
            : { contentAfter: t(`settings.unit.${setting.unit}`, { count: value || 0 }) })}
          type="number"
          min={setting.least}
          step={1}
          inputMode="numeric"
          disabled={disabled || value === null}
          value={value === null ? '' : (typed ?? String(value))}
          placeholder={value === null ? (noLimit ?? '') : ''}
          onChange={(_, data) => {
            setTyped(data.value);
            // An empty field is no number; the form refuses it with the setting's own sentence.
            onChange(data.value.trim() === '' ? Number.NaN : Number(data.value));
          }}
          onBlur={() => setTyped(null)}
        />
      </Field>
      {noLimit !== null && (
        <Checkbox
          label={noLimit}
          aria-label={t('settings.noLimitOf', { label, noLimit })}
          disabled={disabled}
          checked={value === null}
          onChange={(_, { checked }) => onChange(checked === true ? null : setting.start)}
        />
      )}
    </div>
  );
}
