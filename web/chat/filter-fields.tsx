import { Button, Dropdown, Field, makeStyles, Option, Switch, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { useFilterChoices } from './view-choices.ts';
import {
  type ChatsSearch,
  chatsSearchOf,
  chosenFilters,
  FILTERS,
  type FilterName,
  without,
} from './view-search.ts';

const useStyles = makeStyles({
  fields: {
    display: 'flex',
    flexDirection: 'column',
    gap: '12px',
    width: 'min(300px, calc(100vw - 64px))',
  },
  title: { fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightSemibold },
});

type Props = { search: ChatsSearch; onChange: (search: ChatsSearch) => void };

/** The search with one filter set, or without it. */
function narrowed(search: ChatsSearch, name: FilterName, value: string | undefined): ChatsSearch {
  return value === undefined || value === ''
    ? without(search, name)
    : chatsSearchOf({ ...search, [name]: value });
}

/** What the list can be narrowed by. */
export function FilterFields({ search, onChange }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const choices = useFilterChoices(search);
  return (
    <div className={styles.fields}>
      <h2 className={styles.title}>{t('filters.label')}</h2>
      <Switch
        label={t('filters.unread')}
        checked={search.unread === 'true'}
        onChange={(_, { checked }) => onChange(narrowed(search, 'unread', checked ? 'true' : undefined))}
      />
      {choices.map(({ name, options }) => (
        <Field key={name} label={t(`filters.${name}`)}>
          <Dropdown
            value={
              options.find(({ value }) => value === search[name])?.text ?? search[name] ?? t('filters.any')
            }
            selectedOptions={[search[name] ?? '']}
            onOptionSelect={(_, { optionValue }) => onChange(narrowed(search, name, optionValue))}
          >
            <Option value="">{t('filters.any')}</Option>
            {options.map(({ value, text }) => (
              <Option key={value} value={value}>
                {text}
              </Option>
            ))}
          </Dropdown>
        </Field>
      ))}
      {chosenFilters(search).length > 0 && (
        <Button onClick={() => onChange(without(search, ...FILTERS))}>{t('filters.clearAll')}</Button>
      )}
    </div>
  );
}
