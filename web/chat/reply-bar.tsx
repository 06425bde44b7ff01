import { Button, makeStyles, tokens } from '@fluentui/react-components';
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss';
import { useTranslation } from 'react-i18next';
import { authorOf } from './message-author.ts';
import { shortText } from './message-kind.ts';
import type { Quoted } from './thread-items.ts';

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    alignItems: 'center',
    gap: '8px',
    padding: '4px 4px 4px 10px',
    borderInlineStartWidth: '3px',
    borderInlineStartStyle: 'solid',
    borderInlineStartColor: tokens.colorBrandStroke1,
    borderRadius: tokens.borderRadiusSmall,
    backgroundColor: tokens.colorNeutralBackground3,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  words: { flex: 1, minWidth: 0 },
  author: { fontWeight: tokens.fontWeightSemibold, color: tokens.colorBrandForeground1, display: 'block' },
  text: {
    display: 'block',
    overflow: 'hidden',
    textOverflow: 'ellipsis',
    whiteSpace: 'nowrap',
    color: tokens.colorNeutralForeground2,
  },
});

/** What the next message will quote; it can be taken away again. */
export function ReplyBar({
  quoted,
  customer,
  onCancel,
}: {
  quoted: Quoted;
  customer: string;
  onCancel: () => void;
}) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const author = authorOf(quoted, customer);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would ask for fields
    <div className={styles.bar} role="group" aria-label={t('reply.label')}>
      <span className={styles.words}>
        <bdi className={styles.author}>{t('reply.to', { name: author })}</bdi>
        <span className={styles.text} dir="auto">
          {shortText(quoted)}
        </span>
      </span>
      <Button
        size="small"
        appearance="subtle"
        icon={<Dismiss16Regular />}
        aria-label={t('reply.cancel')}
        onClick={onCancel}
      />
    </div>
  );
}
