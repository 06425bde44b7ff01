import {
  Button,
  makeStyles,
  mergeClasses,
  Popover,
  PopoverSurface,
  tokens,
} from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmojiPicker } from './emoji-picker.tsx';

/** What WhatsApp's own clients offer first. */
const USUAL = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

const useStyles = makeStyles({
  surface: { padding: '6px' },
  row: { display: 'flex', gap: '2px', alignItems: 'center' },
  emoji: {
    width: '40px',
    height: '40px',
    fontSize: '24px',
    padding: 0,
    border: '2px solid transparent',
    borderRadius: tokens.borderRadiusCircular,
    backgroundColor: 'transparent',
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  chosen: { border: `2px solid ${tokens.colorBrandStroke1}` },
});

type Props = {
  /** Where it opens. */
  target: HTMLElement | null;
  /** Our present reaction; choosing it again takes it back. */
  chosen: string | null;
  onChoose: (emoji: string) => void;
  onClose: () => void;
};

/** The usual reactions in one row, and all emoji behind the last button. */
export function ReactionPicker({ target, chosen, onChoose, onClose }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const [all, setAll] = useState(false);
  const choose = (emoji: string) => {
    onChoose(emoji === chosen ? '' : emoji);
    onClose();
  };
  return (
    <Popover
      open
      trapFocus
      positioning={{ target, position: 'above', align: 'start' }}
      onOpenChange={(_, data) => !data.open && onClose()}
    >
      <PopoverSurface className={styles.surface} aria-label={t('reaction.choose')}>
        {all ? (
          <EmojiPicker onChoose={choose} />
        ) : (
          <div className={styles.row}>
            {USUAL.map((emoji) => (
              <button
                key={emoji}
                type="button"
                className={mergeClasses(styles.emoji, emoji === chosen && styles.chosen)}
                aria-label={
                  emoji === chosen ? t('reaction.takeOwnBack', { emoji }) : t('reaction.reactWith', { emoji })
                }
                aria-pressed={emoji === chosen}
                onClick={() => choose(emoji)}
              >
                {emoji}
              </button>
            ))}
            <Button
              appearance="subtle"
              shape="circular"
              icon={<Add20Regular />}
              aria-label={t('reaction.more')}
              onClick={() => setAll(true)}
            />
          </div>
        )}
      </PopoverSurface>
    </Popover>
  );
}
