import { Checkbox, Field, Input, makeStyles } from '@fluentui/react-components';
import { useState } from 'react';
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
  const styles = useStyles();
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <div>
      <Field
        label={setting.label}
        hint={setting.hint}
        {...(problem === undefined ? {} : { validationMessage: problem })}
      >
        <Input
          className={styles.input}
          {...(disabled || value === null ? {} : { contentAfter: setting.unit })}
          type="number"
          min={0}
          step={1}
          inputMode="numeric"
          disabled={disabled || value === null}
          value={value === null ? '' : (typed ?? String(value))}
          placeholder={value === null ? (setting.noLimit ?? '') : ''}
          onChange={(_, data) => {
            setTyped(data.value);
            // An empty field is no number; the form refuses it with the setting's own sentence.
            onChange(data.value.trim() === '' ? Number.NaN : Number(data.value));
          }}
          onBlur={() => setTyped(null)}
        />
      </Field>
      {setting.noLimit !== undefined && (
        <Checkbox
          label={setting.noLimit}
          aria-label={`${setting.label}: ${setting.noLimit.toLowerCase()}`}
          disabled={disabled}
          checked={value === null}
          onChange={(_, { checked }) => onChange(checked === true ? null : setting.start)}
        />
      )}
    </div>
  );
}
