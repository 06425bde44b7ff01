import { makeStyles, tokens } from '@fluentui/react-components';
import { localTime } from '../ui/time.tsx';
import { Bubble } from './bubble.tsx';
import { consentSentence } from './consent-line.ts';
import { ThreadAct } from './thread-act.tsx';
import { ThreadEvent } from './thread-event.tsx';
import type { ThreadItem } from './thread-items.ts';
import { ThreadTrace } from './thread-trace.tsx';

const line = { content: '""', flex: 1, height: '1px', backgroundColor: tokens.colorNeutralStroke2 } as const;

const useStyles = makeStyles({
  day: {
    display: 'flex',
    alignItems: 'center',
    gap: '12px',
    padding: '4px 0',
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    '::before': line,
    '::after': line,
  },
});

/** One row of the thread. `current`: the message that Tab reaches; `marked`: the one just jumped to. */
export function ThreadRow({
  item,
  current,
  marked,
}: {
  item: ThreadItem;
  current: boolean;
  marked: boolean;
}) {
  const styles = useStyles();
  switch (item.kind) {
    case 'day':
      return <div className={styles.day}>{localTime(item.at, 'day')}</div>;
    case 'message':
      return <Bubble message={item.message} quoted={item.quoted} marked={marked} current={current} />;
    case 'act':
      return <ThreadAct message={item.message} about={item.about} />;
    case 'trace':
      return <ThreadTrace trace={item.trace} />;
    case 'consent': {
      const { text, tone } = consentSentence(item.line);
      return (
        <ThreadEvent tone={tone} at={item.at}>
          {text}
        </ThreadEvent>
      );
    }
  }
}
