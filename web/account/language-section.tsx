import { Combobox, Field, makeStyles, Option, Select } from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isLanguage, LANGUAGES } from '../i18n/i18n.ts';
import { useChangePreferences } from '../ui/follow-person.ts';
import { FormSection } from '../ui/form-section.tsx';
import { useMe } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.ts';
import { ownTimeZone, timeZones, zonesMatching } from '../ui/time-zones.ts';

const useStyles = makeStyles({ list: { maxHeight: '300px' } });

/** Language and time zone. A choice is kept, and shown, at once. */
export function LanguageSection() {
  const { t } = useTranslation('people');
  const notify = useNotify();
  const { language } = useMe().preferences;
  const change = useChangePreferences();
  return (
    <FormSection title={t('account.language')} description={t('account.languageText')}>
      <Field label={t('account.languageLabel')}>
        <Select
          value={language ?? ''}
          onChange={(_, { value }) => {
            change.mutate(
              { language: isLanguage(value) ? value : null },
              { onError: (error) => notify.problem(error) },
            );
          }}
        >
          <option value="">{t('account.asBrowser')}</option>
          {Object.keys(LANGUAGES)
            .filter(isLanguage)
            .map((name) => (
              <option key={name} value={name} lang={name}>
                {LANGUAGES[name].name}
              </option>
            ))}
        </Select>
      </Field>
      <TimeZoneField />
    </FormSection>
  );
}

const browsers = '';

function TimeZoneField() {
  const { t } = useTranslation('people');
  const styles = useStyles();
  const notify = useNotify();
  const { timeZone } = useMe().preferences;
  const change = useChangePreferences();
  const [typed, setTyped] = useState<string | null>(null);
  const asBrowser = t('account.zoneAsBrowser', { zone: ownTimeZone() });
  const found = typed === null ? timeZones() : zonesMatching(timeZones(), typed);
  return (
    <Field label={t('account.timeZone')} hint={t('account.timeZoneHint')}>
      <Combobox
        value={typed ?? timeZone ?? asBrowser}
        selectedOptions={[timeZone ?? browsers]}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => setTyped(null)}
        onOpenChange={(_, { open }) => !open && setTyped(null)}
        onOptionSelect={(_, { optionValue }) => {
          setTyped(null);
          change.mutate(
            { timeZone: optionValue === undefined || optionValue === browsers ? null : optionValue },
            { onError: (error) => notify.problem(error) },
          );
        }}
        listbox={{ className: styles.list }}
      >
        {(typed === null || typed.trim() === '') && (
          <Option value={browsers} text={asBrowser}>
            {asBrowser}
          </Option>
        )}
        {found.map((zone) => (
          <Option key={zone} value={zone}>
            {zone.replaceAll('_', ' ')}
          </Option>
        ))}
        {found.length === 0 && (
          <Option disabled value="none" text={t('account.noZone')}>
            {t('account.noZone')}
          </Option>
        )}
      </Combobox>
    </Field>
  );
}
