import { Popover, PopoverSurface } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { FilterFields } from './filter-fields.tsx';
import type { ChatsSearch } from './view-search.ts';

type Props = {
  target: HTMLElement | null;
  search: ChatsSearch;
  onChange: (search: ChatsSearch) => void;
  onClose: () => void;
};

/** What the view can be narrowed by, below the button that opens it; Escape closes. */
export function FilterPopover({ target, search, onChange, onClose }: Props) {
  const { t } = useTranslation('desk');
  return (
    <Popover
      open
      trapFocus
      positioning={{ target, position: 'below', align: 'end' }}
      onOpenChange={(event, data) => {
        // A click on the button is the button's: it closes too.
        const onButton = event.target instanceof Node && target?.contains(event.target) === true;
        if (!data.open && !onButton) onClose();
      }}
    >
      <PopoverSurface aria-label={t('filters.label')}>
        <FilterFields search={search} onChange={onChange} />
      </PopoverSurface>
    </Popover>
  );
}
