import { Button, makeStyles, Tag, TagGroup } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { consentWord } from '../ui/consent-badge.tsx';
import { type FilterChoice, useFilterChoices } from './view-choices.ts';
import { type ChatsSearch, chosenFilters, FILTERS, type FilterName, without } from './view-search.ts';

const useStyles = makeStyles({
  chips: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '4px', padding: '0 12px 8px' },
  group: { flexWrap: 'wrap', gap: '4px' },
});

type Props = { search: ChatsSearch; onChange: (search: ChatsSearch) => void };

/** The filters that are set, each to be taken away by itself. */
export function FilterChips({ search, onChange }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const choices = useFilterChoices(search);
  const names = chosenFilters(search);
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
