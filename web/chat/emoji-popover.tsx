import { Popover, PopoverSurface } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { EmojiPicker } from './emoji-picker.tsx';

type Props = { target: HTMLElement | null; onChoose: (emoji: string) => void; onClose: () => void };

/** All emoji beside the button that opens them; Escape closes. */
export function EmojiPopover({ target, onChoose, onClose }: Props) {
  const { t } = useTranslation('chat');
  return (
    <Popover
      open
      trapFocus
      positioning={{ target, position: 'above', align: 'start' }}
      onOpenChange={(event, data) => {
        // A click on the button is the button's: it closes too.
        const onButton = event.target instanceof Node && target?.contains(event.target) === true;
        if (!data.open && !onButton) onClose();
      }}
    >
      <PopoverSurface aria-label={t('emoji.open')}>
        <EmojiPicker onChoose={onChoose} />
      </PopoverSurface>
    </Popover>
  );
}
