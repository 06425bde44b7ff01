import { Button } from '@fluentui/react-components';
import { Emoji20Regular } from '@fluentui/react-icons/svg/emoji';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { later } from '../ui/later.tsx';

const EmojiPopover = later(async () => (await import('./emoji-popover.tsx')).EmojiPopover, {
  onMissing: ({ onClose }) => onClose(),
});

/** Opens all emoji; what shows them is loaded when first opened. */
export function EmojiButton({
  disabled,
  onChoose,
}: {
  disabled: boolean;
  onChoose: (emoji: string) => void;
}) {
  const { t } = useTranslation('chat');
  const [open, setOpen] = useState(false);
  const [button, setButton] = useState<HTMLElement | null>(null);
  return (
    <>
      <Button
        ref={setButton}
        appearance="subtle"
        icon={<Emoji20Regular />}
        aria-label={t('emoji.open')}
        title={t('emoji.open')}
        aria-haspopup="dialog"
        aria-expanded={open}
        disabledFocusable={disabled}
        onClick={() => !disabled && setOpen(!open)}
      />
      {open && (
        <EmojiPopover
          target={button}
          onChoose={(emoji) => {
            setOpen(false);
            onChoose(emoji);
          }}
          onClose={() => {
            setOpen(false);
            button?.focus();
          }}
        />
      )}
    </>
  );
}
