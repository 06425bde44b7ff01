import {
  Button,
  CounterBadge,
  Dropdown,
  Field,
  makeStyles,
  Option,
  Popover,
  PopoverSurface,
  PopoverTrigger,
  Switch,
  Tag,
  TagGroup,
  tokens,
} from '@fluentui/react-components';
import { Filter20Regular } from '@fluentui/react-icons/svg/filter';
import { useTranslation } from 'react-i18next';
import { consentWord } from '../ui/consent-badge.tsx';
import { type FilterChoice, useFilterChoices } from './view-choices.ts';
import { type ChatsSearch, chatsSearchOf, FILTERS, type FilterName, without } from './view-search.ts';

const useStyles = makeStyles({
  fields: {
    display: 'flex',
    flexDirection: 'column',
    gap: '12px',
    width: 'min(300px, calc(100vw - 64px))',
  },
  title: { fontSize: tokens.fontSizeBase400, fontWeight: tokens.fontWeightSemibold },
  chips: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '4px', padding: '0 12px 8px' },
  group: { flexWrap: 'wrap', gap: '4px' },
  button: { position: 'relative' },
  count: { position: 'absolute', insetInlineEnd: '-2px', top: '-2px' },
});

type Props = { search: ChatsSearch; onChange: (search: ChatsSearch) => void };

const chosen = (search: ChatsSearch): FilterName[] => FILTERS.filter((name) => search[name] !== undefined);

/** The search with one filter set, or without it. */
function narrowed(search: ChatsSearch, name: FilterName, value: string | undefined): ChatsSearch {
  return value === undefined || value === ''
    ? without(search, name)
    : chatsSearchOf({ ...search, [name]: value });
}

/** What the view can be narrowed by, behind one button. */
export function FilterButton({ search, onChange }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const count = chosen(search).length;
  return (
    <Popover trapFocus positioning="below-end">
      <PopoverTrigger disableButtonEnhancement>
        <Button
          className={styles.button}
          appearance="subtle"
          icon={<Filter20Regular />}
          aria-label={count === 0 ? t('filters.label') : t('filters.labelCount', { count })}
          title={t('filters.label')}
        >
          {count > 0 && <CounterBadge className={styles.count} size="small" count={count} aria-hidden />}
        </Button>
      </PopoverTrigger>
      <PopoverSurface aria-label={t('filters.label')}>
        <FilterFields search={search} onChange={onChange} />
      </PopoverSurface>
    </Popover>
  );
}

function FilterFields({ search, onChange }: Props) {
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
      {chosen(search).length > 0 && (
        <Button onClick={() => onChange(without(search, ...FILTERS))}>{t('filters.clearAll')}</Button>
      )}
    </div>
  );
}

/** The filters that are set, each to be taken away by itself. */
export function FilterChips({ search, onChange }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const choices = useFilterChoices(search);
  const names = chosen(search);
  if (names.length === 0) return null;
  return (
    <div className={styles.chips}>
      <TagGroup
        className={styles.group}
        aria-label={t('filters.chosen')}
        onDismiss={(_, { value }) => {
          const name = FILTERS.find((one) => one === value);
          if (name !== undefined) onChange(without(search, name));
        }}
      >
        {names.map((name) => (
          <Tag
            key={name}
            value={name}
            size="small"
            shape="circular"
            dismissible
            dismissIcon={{ 'aria-label': t('filters.remove') }}
          >
            {chipText(t, name, search, choices)}
          </Tag>
        ))}
      </TagGroup>
      {names.length > 1 && (
        <Button size="small" appearance="subtle" onClick={() => onChange(without(search, ...FILTERS))}>
          {t('filters.clearAll')}
        </Button>
      )}
    </div>
  );
}

type Translate = ReturnType<typeof useTranslation<'desk'>>['t'];

function chipText(t: Translate, name: FilterName, search: ChatsSearch, choices: FilterChoice[]): string {
  if (name === 'unread') return t('filters.unread');
  if (name === 'consent' && search.consent !== undefined)
    return t('filters.chip', { name: t('filters.consent'), value: consentWord(search.consent) });
  const value = search[name] ?? '';
  const known = choices
    .find((choice) => choice.name === name)
    ?.options.find((option) => option.value === value);
  return t('filters.chip', { name: t(`filters.${name}`), value: known?.text ?? t('filters.other') });
}
