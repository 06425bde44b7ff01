import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { Explained, useWhyNot } from '../ui/may.tsx';
import { useThreadActs } from './thread-acts.ts';
import { useReact } from './use-react.ts';

const useStyles = makeStyles({
  chips: { display: 'flex', gap: '4px', marginBlockStart: '-8px', paddingInline: '8px', zIndex: 1 },
  chip: {
    padding: '0 6px',
    minHeight: '24px',
    fontSize: '15px',
    lineHeight: '20px',
    borderRadius: '12px',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    boxShadow: tokens.shadow2,
  },
  ours: {
    cursor: 'pointer',
    border: `1px solid ${tokens.colorBrandStroke1}`,
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
});

/** Who reacted with what. Ours is a button that takes it back. */
export function ReactionChips({ message }: { message: MessageOut }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const { customer, conversationId } = useThreadActs();
  const react = useReact(conversationId);
  const whyNot = useWhyNot('chat');
  const { reactions } = message;
  if (reactions === undefined || reactions.length === 0) return null;
  return (
    <div className={styles.chips}>
      {reactions.map(({ emoji, by, actor }) =>
        by === 'us' ? (
          <Explained key={by} reason={whyNot}>
            <button
              type="button"
              className={mergeClasses(styles.chip, styles.ours)}
              aria-label={t('reaction.takeBack', { emoji, name: actor ?? t('bubble.us') })}
              aria-disabled={whyNot !== null}
              title={t('reaction.takeBack', { emoji, name: actor ?? t('bubble.us') })}
              onClick={() => whyNot === null && void react(message.id, '')}
            >
              {emoji}
            </button>
          </Explained>
        ) : (
          <span
            key={by}
            role="img"
            className={styles.chip}
            aria-label={t('reaction.by', { emoji, name: customer })}
            title={t('reaction.by', { emoji, name: customer })}
          >
            {emoji}
          </span>
        ),
      )}
    </div>
  );
}
