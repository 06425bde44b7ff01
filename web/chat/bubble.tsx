import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { localClock } from '../ui/time.tsx';
import { BubbleActions } from './bubble-actions.tsx';
import { BubbleChanges } from './bubble-changes.tsx';
import { BubbleContent } from './bubble-content.tsx';
import { BubbleMeta } from './bubble-meta.tsx';
import { BubbleButtons, BubbleList } from './bubble-options.tsx';
import { BubbleQuote } from './bubble-quote.tsx';
import { deliveryOf } from './delivery.ts';
import { authorOf } from './message-author.ts';
import { ReactionChips } from './reaction-chips.tsx';
import { useThreadActs } from './thread-acts.ts';
import type { Quoted } from './thread-items.ts';
import { Undelivered } from './undelivered.tsx';

const useStyles = makeStyles({
  line: {
    position: 'relative',
    display: 'flex',
    flexDirection: 'column',
    maxWidth: 'min(78%, 560px)',
    gap: '2px',
    borderRadius: '10px',
    outline: 'none',
    ':focus-visible': { boxShadow: `0 0 0 2px ${tokens.colorStrokeFocus2}` },
    '@media (max-width: 640px)': { maxWidth: '88%' },
  },
  in: { alignSelf: 'flex-start', alignItems: 'flex-start' },
  out: { alignSelf: 'flex-end', alignItems: 'flex-end' },
  bubble: {
    borderRadius: '10px',
    boxShadow: tokens.shadow2,
    overflow: 'hidden',
    minWidth: '96px',
    maxWidth: '100%',
    color: tokens.colorNeutralForeground1,
    transitionProperty: 'background-color',
    transitionDuration: tokens.durationSlow,
  },
  bubbleIn: { backgroundColor: tokens.colorNeutralBackground1, borderStartStartRadius: '2px' },
  bubbleOut: { backgroundColor: tokens.colorBrandBackground2, borderStartEndRadius: '2px' },
  dim: {
    boxShadow: 'none',
    border: `1px dashed ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  marked: {
    backgroundColor: tokens.colorPaletteYellowBackground2,
    boxShadow: `0 0 0 2px ${tokens.colorPaletteYellowBorder2}`,
  },
  body: { padding: '8px 12px', display: 'flex', flexDirection: 'column', gap: '6px' },
});

type Props = {
  message: MessageOut;
  quoted: Quoted | null;
  /** Jumped to just now. */
  marked: boolean;
  /** Reached by Tab; the others by the arrow keys. */
  current: boolean;
};

/**
 * One message: what it quotes, says and holds, what was done to it, its time, sender and delivery; what went wrong
 * stands below it. What can be done with it shows when it has the focus or the pointer.
 */
export const Bubble = memo(function Bubble({ message, quoted, marked, current }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const { customer } = useThreadActs();
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const [choosing, setChoosing] = useState(false);
  const mine = message.direction === 'out';
  const author = authorOf(message, customer);
  const delivery = deliveryOf(message);
  const notSent = message.status === 'failed' || message.status === 'cancelled';
  const options = message.direction === 'out' ? message.interactive : undefined;
  const labels =
    message.template?.buttons ??
    (options?.form === 'buttons' ? options.options.map(({ title }) => title) : []);
  return (
    <article
      className={mergeClasses(styles.line, mine ? styles.out : styles.in)}
      aria-label={t('bubble.label', { author, time: localClock(message.at) })}
      aria-keyshortcuts="R E"
      data-message={message.id}
      tabIndex={current ? 0 : -1}
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => setFocused(true)}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocused(false);
      }}
    >
      <div
        className={mergeClasses(
          styles.bubble,
          mine ? styles.bubbleOut : styles.bubbleIn,
          notSent && styles.dim,
          marked && styles.marked,
        )}
      >
        <div className={styles.body}>
          {(quoted !== null || message.replyTo !== undefined) && <BubbleQuote quoted={quoted} />}
          <BubbleContent message={message} by={author} />
          <BubbleChanges message={message} />
        </div>
        {labels.length > 0 && <BubbleButtons labels={labels} />}
        {options?.form === 'list' && <BubbleList interactive={options} />}
      </div>
      <ReactionChips message={message} />
      <BubbleMeta message={message} delivery={delivery} />
      {delivery?.explanation !== undefined && <Undelivered message={message} delivery={delivery} />}
      {(pointed || focused || choosing) && (
        <BubbleActions message={message} choosing={choosing} onChoosing={setChoosing} />
      )}
    </article>
  );
});
