import { Combobox, Field, makeStyles, Option } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { timeZones, zonesMatching } from '../ui/time-zones.ts';

const useStyles = makeStyles({ list: { maxHeight: '300px' } });

type Props = {
  label: string;
  hint: string;
  value: string;
  onChange: (zone: string) => void;
  disabled: boolean;
  problem: string | undefined;
};

/** The organisation's time zone, found by typing a part of its name. */
export function ZoneField({ label, hint, value, onChange, disabled, problem }: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const [typed, setTyped] = useState<string | null>(null);
  const found = typed === null ? timeZones() : zonesMatching(timeZones(), typed);
  return (
    <Field label={label} hint={hint} {...(problem === undefined ? {} : { validationMessage: problem })}>
      <Combobox
        style={{ maxWidth: 360 }}
        disabled={disabled}
        value={typed ?? value.replaceAll('_', ' ')}
        selectedOptions={[value]}
        listbox={{ className: styles.list }}
        // Typing takes the place of what stands there.
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => setTyped(null)}
        onOpenChange={(_, { open }) => !open && setTyped(null)}
        onOptionSelect={(_, { optionValue }) => {
          setTyped(null);
          if (optionValue !== undefined) onChange(optionValue);
        }}
      >
        {found.map((zone) => (
          <Option key={zone} value={zone} text={zone.replaceAll('_', ' ')}>
            {zone.replaceAll('_', ' ')}
          </Option>
        ))}
        {found.length === 0 && (
          <Option disabled value="none" text={t('workingHours.noZone')}>
            {t('workingHours.noZone')}
          </Option>
        )}
      </Combobox>
    </Field>
  );
}
