import { makeStyles, tokens } from '@fluentui/react-components';
import {
  type EmojiPickerListCategoryHeaderProps,
  type EmojiPickerListEmojiProps,
  EmojiPicker as Picker,
} from 'frimousse';
import { useTranslation } from 'react-i18next';
import { useLanguage } from '../i18n/language.ts';
import { loadEmoji } from './emoji-data.ts';

const useStyles = makeStyles({
  root: {
    display: 'flex',
    flexDirection: 'column',
    gap: '8px',
    width: 'min(320px, calc(100vw - 48px))',
    height: '300px',
    isolation: 'isolate',
  },
  search: {
    font: 'inherit',
    padding: '6px 10px',
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStrokeAccessible}`,
    borderRadius: tokens.borderRadiusMedium,
    ':focus-visible': { outline: `2px solid ${tokens.colorCompoundBrandStroke}`, outlineOffset: '-1px' },
  },
  viewport: { position: 'relative', flex: 1, minHeight: 0, overflowY: 'auto', outline: 'none' },
  centred: {
    position: 'absolute',
    inset: 0,
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'center',
    color: tokens.colorNeutralForeground2,
  },
  category: {
    padding: '6px 4px',
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground2,
    backgroundColor: tokens.colorNeutralBackground1,
    '::first-letter': { textTransform: 'uppercase' },
  },
  emoji: {
    display: 'inline-flex',
    alignItems: 'center',
    justifyContent: 'center',
    width: '36px',
    height: '36px',
    fontSize: '22px',
    border: 'none',
    padding: 0,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: 'transparent',
    cursor: 'pointer',
    '&[data-active]': { backgroundColor: tokens.colorNeutralBackground1Hover },
  },
  foot: {
    display: 'flex',
    alignItems: 'center',
    gap: '8px',
    minHeight: '24px',
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    overflow: 'hidden',
  },
  label: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
});

/** All emoji, searched in the reader's language; the arrow keys choose and Enter takes. */
export function EmojiPicker({ onChoose }: { onChoose: (emoji: string) => void }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const { language } = useLanguage();
  return (
    <Picker.Root
      className={styles.root}
      locale={language}
      columns={8}
      resolveEmojiData={loadEmoji}
      onEmojiSelect={({ emoji }) => onChoose(emoji)}
    >
      <Picker.Search
        className={styles.search}
        autoFocus
        aria-label={t('emoji.search')}
        placeholder={t('emoji.search')}
      />
      <Picker.Viewport className={styles.viewport}>
        <Picker.Loading className={styles.centred}>{t('emoji.loading')}</Picker.Loading>
        <Picker.Empty className={styles.centred}>{t('emoji.none')}</Picker.Empty>
        <Picker.List components={{ CategoryHeader, Emoji }} />
      </Picker.Viewport>
      <div className={styles.foot} dir="auto">
        <Picker.ActiveEmoji>
          {({ emoji }) => <span className={styles.label}>{emoji?.label ?? ''}</span>}
        </Picker.ActiveEmoji>
      </div>
    </Picker.Root>
  );
}

function CategoryHeader({ category, ...props }: EmojiPickerListCategoryHeaderProps) {
  return (
    <div {...props} className={useStyles().category}>
      {category.label}
    </div>
  );
}

function Emoji({ emoji, ...props }: EmojiPickerListEmojiProps) {
  return (
    <button {...props} type="button" className={useStyles().emoji}>
      {emoji.emoji}
    </button>
  );
}
