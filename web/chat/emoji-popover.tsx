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
      onOpenChange={(_, data) => !data.open && onClose()}
    >
      <PopoverSurface aria-label={t('emoji.open')}>
        <EmojiPicker onChoose={onChoose} />
      </PopoverSurface>
    </Popover>
  );
}
