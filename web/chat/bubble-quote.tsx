import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { authorOf } from './message-author.ts';
import { shortText } from './message-kind.ts';
import { useThreadActs } from './thread-acts.ts';
import type { Quoted } from './thread-items.ts';

const useStyles = makeStyles({
  quote: {
    display: 'block',
    width: '100%',
    textAlign: 'start',
    font: 'inherit',
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    padding: '4px 8px',
    borderBlockWidth: 0,
    borderInlineEndWidth: 0,
    borderInlineStartWidth: '3px',
    borderInlineStartStyle: 'solid',
    borderInlineStartColor: tokens.colorBrandStroke1,
    borderRadius: tokens.borderRadiusSmall,
    backgroundColor: tokens.colorNeutralBackgroundAlpha2,
    overflow: 'hidden',
  },
  jumps: {
    cursor: 'pointer',
    ':hover': { color: tokens.colorNeutralForeground1 },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  author: { color: tokens.colorBrandForeground1, fontWeight: tokens.fontWeightSemibold, display: 'block' },
  clamp: {
    display: '-webkit-box',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: 2,
    overflow: 'hidden',
    overflowWrap: 'anywhere',
  },
});

/** What a message answers; it leads there. A message we never had can only be named as such. */
export function BubbleQuote({ quoted }: { quoted: Quoted | null }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const { customer, jump } = useThreadActs();
  if (quoted === null) {
    return (
      <div className={styles.quote}>
        <span className={styles.clamp}>{t('quote.unknown')}</span>
      </div>
    );
  }
  const author = authorOf(quoted, customer);
  const text = shortText(quoted);
  return (
    <button
      type="button"
      className={mergeClasses(styles.quote, styles.jumps)}
      title={t('quote.jump')}
      onClick={() => jump(quoted.id)}
    >
      <span className={styles.author} dir="auto">
        {author}
      </span>
      <span className={styles.clamp} dir="auto">
        {text}
      </span>
    </button>
  );
}
