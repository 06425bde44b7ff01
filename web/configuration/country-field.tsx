import { Combobox, Field, makeStyles, Option, Tag, TagGroup } from '@fluentui/react-components';
import { useMemo, useState } from 'react';
import { countryName, listCountries } from './countries.ts';

const useStyles = makeStyles({
  whole: { maxWidth: '720px' },
  list: { maxHeight: '320px' },
  tags: { flexWrap: 'wrap', rowGap: '4px', marginTop: '8px' },
});

function useCountries(typed: string) {
  const all = useMemo(listCountries, []);
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
  const styles = useStyles();
  const [typed, setTyped] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const found = useCountries(typed ?? '');
  return (
    <Field label={field.label} hint={field.hint}>
      <Combobox
        clearable
        disabled={field.disabled}
        placeholder="None"
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
          placeholder={value.length === 0 ? 'None' : 'Add a country'}
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
          aria-label={`${field.label}: chosen`}
          onDismiss={(_, { value: code }) => onChange(value.filter((kept) => kept !== code))}
        >
          {value.map((code) => (
            <Tag
              key={code}
              value={code}
              dismissible={!field.disabled}
              size="small"
              dismissIcon={{ 'aria-label': 'remove' }}
            >
              {countryName(code)}
            </Tag>
          ))}
        </TagGroup>
      )}
    </div>
  );
}
