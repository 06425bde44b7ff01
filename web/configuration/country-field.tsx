import { Combobox, Field, makeStyles, Option, Tag, TagGroup } from '@fluentui/react-components';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLanguage } from '../i18n/language.ts';
import { countryName } from '../i18n/locale.ts';
import { listCountries } from './countries.ts';

const useStyles = makeStyles({
  whole: { maxWidth: '720px' },
  list: { maxHeight: '320px' },
  tags: { flexWrap: 'wrap', rowGap: '4px', marginTop: '8px' },
});

function useCountries(typed: string) {
  const { language } = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the names are those of the language
  const all = useMemo(listCountries, [language]);
  const wanted = typed.trim().toLowerCase();
  return all.filter(({ code, name }) => name.toLowerCase().includes(wanted) || code.toLowerCase() === wanted);
}

type Common = { label: string; hint: string; disabled: boolean };

/** One country or none, found by typing its name. */
export function CountryField({
  value,
  onChange,
  ...field
}: Common & { value: string | null; onChange: (code: string | null) => void }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const [typed, setTyped] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const found = useCountries(typed ?? '');
  return (
    <Field label={field.label} hint={field.hint}>
      <Combobox
        clearable
        disabled={field.disabled}
        placeholder={t('countries.none')}
        value={typed ?? (value === null ? '' : countryName(value))}
        selectedOptions={value === null ? [] : [value]}
        listbox={{ className: styles.list }}
        open={open}
        onOpenChange={(_, data) => setOpen(data.open)}
        onChange={(event) => {
          setTyped(event.target.value);
          setOpen(true);
        }}
        onOptionSelect={(_, { optionValue }) => {
          setTyped(null);
          onChange(optionValue ?? null);
        }}
        onBlur={() => setTyped(null)}
      >
        {found.map(({ code, name }) => (
          <Option key={code} value={code} text={name}>
            {`${name} (${code})`}
          </Option>
        ))}
      </Combobox>
    </Field>
  );
}

/** Any number of countries, each shown as a tag that can be taken away. */
export function CountriesField({
  value,
  onChange,
  ...field
}: Common & { value: string[]; onChange: (codes: string[]) => void }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const [typed, setTyped] = useState('');
  const [open, setOpen] = useState(false);
  const found = useCountries(typed);
  return (
    <div className={styles.whole}>
      <Field label={field.label} hint={field.hint}>
        <Combobox
          multiselect
          disabled={field.disabled}
          placeholder={value.length === 0 ? t('countries.none') : t('countries.add')}
          value={typed}
          selectedOptions={value}
          listbox={{ className: styles.list }}
          open={open}
          onOpenChange={(_, data) => setOpen(data.open)}
          onChange={(event) => {
            setTyped(event.target.value);
            setOpen(true);
          }}
          onOptionSelect={(_, { selectedOptions }) => {
            setTyped('');
            onChange(selectedOptions.toSorted());
          }}
          onBlur={() => setTyped('')}
        >
          {found.map(({ code, name }) => (
            <Option key={code} value={code} text={name}>
              {`${name} (${code})`}
            </Option>
          ))}
        </Combobox>
      </Field>
      {value.length > 0 && (
        <TagGroup
          className={styles.tags}
          aria-label={t('countries.chosen', { label: field.label })}
          onDismiss={(_, { value: code }) => onChange(value.filter((kept) => kept !== code))}
        >
          {value.map((code) => (
            <Tag
              key={code}
              value={code}
              dismissible={!field.disabled}
              size="small"
              dismissIcon={{ 'aria-label': t('countries.remove') }}
            >
              {countryName(code)}
            </Tag>
          ))}
        </TagGroup>
      )}
    </div>
  );
}
