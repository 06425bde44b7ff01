import { Button, CounterBadge, makeStyles } from '@fluentui/react-components';
import { Filter20Regular } from '@fluentui/react-icons/svg/filter';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { later } from '../ui/later.tsx';
import { type ChatsSearch, chosenFilters } from './view-search.ts';

const FilterPopover = later(async () => (await import('./filter-popover.tsx')).FilterPopover, {
  onMissing: ({ onClose }) => onClose(),
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
  const [open, setOpen] = useState(false);
  const [button, setButton] = useState<HTMLElement | null>(null);
  return (
    <>
      <Button
        ref={setButton}
        className={styles.button}
        appearance="subtle"
        icon={<Filter20Regular />}
        aria-label={count === 0 ? t('filters.label') : t('filters.labelCount', { count })}
        title={t('filters.label')}
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {count > 0 && <CounterBadge className={styles.count} size="small" count={count} aria-hidden />}
      </Button>
      {open && (
        <FilterPopover
          target={button}
          search={search}
          onChange={onChange}
          onClose={() => {
            setOpen(false);
            button?.focus();
          }}
        />
      )}
    </>
  );
}

/** The filters that are set, each to be taken away by itself. */
export function FilterChips(props: Props) {
  return chosenFilters(props.search).length === 0 ? null : <Chips {...props} />;
}
