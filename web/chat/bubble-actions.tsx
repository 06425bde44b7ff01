import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ArrowReply16Regular } from '@fluentui/react-icons/svg/arrow-reply';
import { EmojiAdd16Regular } from '@fluentui/react-icons/svg/emoji-add';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { later } from '../ui/later.tsx';
import { MayButton } from '../ui/may.tsx';
import { useStep } from './composer-steps.tsx';
import { useThreadActs } from './thread-acts.ts';
import { useReact } from './use-react.ts';

const ReactionPicker = later(async () => (await import('./reaction-picker.tsx')).ReactionPicker, {
  onMissing: ({ onClose }) => onClose(),
});

const useStyles = makeStyles({
  actions: {
    position: 'absolute',
    insetBlockStart: '-16px',
    zIndex: 2,
    display: 'flex',
    padding: '1px',
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    boxShadow: tokens.shadow4,
  },
  in: { insetInlineEnd: '-8px' },
  out: { insetInlineStart: '-8px' },
});

type Props = { message: MessageOut; choosing: boolean; onChoosing: (choosing: boolean) => void };

/** What can be done with a message. WhatsApp must know it: one that never left has nothing to answer or react to. */
export function BubbleActions({ message, choosing, onChoosing }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const step = useStep();
  const { conversationId } = useThreadActs();
  const react = useReact(conversationId);
  const [bar, setBar] = useState<HTMLElement | null>(null);
  const reason =
    message.deletedAt !== undefined
      ? t('actions.deleted')
      : message.whatsappId === undefined
        ? t('actions.notThere')
        : null;
  return (
    <div
      ref={setBar}
      className={mergeClasses(styles.actions, message.direction === 'out' ? styles.out : styles.in)}
      role="toolbar"
      aria-label={t('actions.label')}
    >
      <MayButton
        right="chat"
        reason={reason}
        size="small"
        appearance="subtle"
        data-act="react"
        icon={<EmojiAdd16Regular />}
        aria-label={t('actions.react')}
        aria-haspopup="dialog"
        aria-expanded={choosing}
        onClick={() => onChoosing(!choosing)}
      />
      <MayButton
        right="chat"
        reason={reason}
        size="small"
        appearance="subtle"
        data-act="reply"
        icon={<ArrowReply16Regular />}
        aria-label={t('actions.reply')}
        onClick={() => step({ do: 'reply', message })}
      />
      {choosing && (
        <ReactionPicker
          chosen={message.reactions?.find(({ by }) => by === 'us')?.emoji ?? null}
          target={bar}
          onChoose={(emoji) => void react(message.id, emoji)}
          onClose={() => {
            onChoosing(false);
            bar?.querySelector('button')?.focus();
          }}
        />
      )}
    </div>
  );
}
