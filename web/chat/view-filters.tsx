import {
  Button,
  CounterBadge,
  makeStyles,
  Popover,
  PopoverSurface,
  PopoverTrigger,
} from '@fluentui/react-components';
import { Filter20Regular } from '@fluentui/react-icons/svg/filter';
import { useTranslation } from 'react-i18next';
import { later } from '../ui/later.tsx';
import { Loading } from '../ui/states.tsx';
import { type ChatsSearch, chosenFilters } from './view-search.ts';

const FilterFields = later(async () => (await import('./filter-fields.tsx')).FilterFields, {
  meanwhile: <Loading rows={2} />,
});
const Chips = later(async () => (await import('./filter-chips.tsx')).FilterChips);

const useStyles = makeStyles({
  button: { position: 'relative' },
  count: { position: 'absolute', insetInlineEnd: '-2px', top: '-2px' },
});

type Props = { search: ChatsSearch; onChange: (search: ChatsSearch) => void };

/** What the view can be narrowed by, behind one button. */
export function FilterButton({ search, onChange }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const count = chosenFilters(search).length;
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

/** The filters that are set, each to be taken away by itself. */
export function FilterChips(props: Props) {
  return chosenFilters(props.search).length === 0 ? null : <Chips {...props} />;
}
