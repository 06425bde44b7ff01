import {
  Checkbox,
  Field,
  FieldContextProvider,
  makeStyles,
  SearchBox,
  tokens,
} from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { matching } from './matching.ts';

const useStyles = makeStyles({
  search: { marginBlockEnd: '4px', maxWidth: '100%' },
  list: {
    display: 'flex',
    flexDirection: 'column',
    maxHeight: '220px',
    overflowY: 'auto',
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    padding: '2px 4px',
  },
  none: { padding: '8px', color: tokens.colorNeutralForeground2 },
});

type Props = {
  label: string;
  hint?: string;
  options: { id: string; name: string }[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
};

/** Any number of a list by checkboxes; with a search where the list is long. */
export function CheckList({ label, hint, options, chosen, onChange }: Props) {
  const { t } = useTranslation('people');
  const styles = useStyles();
  const [search, setSearch] = useState('');
  const found = matching(options, search);
  return (
    <Field label={label} {...(hint === undefined ? {} : { hint })}>
      {(field) => (
        // What is inside is not the field: each box has an id and a name of its own.
        <FieldContextProvider value={undefined}>
          {options.length > 8 && (
            <SearchBox
              className={styles.search}
              aria-label={t('checkList.search', { label })}
              placeholder={t('checkList.search', { label })}
              value={search}
              onChange={(_, { value }) => setSearch(value)}
            />
          )}
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and legend */}
          <div
            role="group"
            id={field.id}
            aria-labelledby={field['aria-labelledby']}
            aria-describedby={field['aria-describedby']}
            className={styles.list}
          >
            {found.map(({ id, name }) => (
              <Checkbox
                key={id}
                label={name}
                checked={chosen.includes(id)}
                onChange={(_, { checked }) =>
                  onChange(checked === true ? [...chosen, id] : chosen.filter((one) => one !== id))
                }
              />
            ))}
            {found.length === 0 && <span className={styles.none}>{t('checkList.none')}</span>}
          </div>
        </FieldContextProvider>
      )}
    </Field>
  );
}
