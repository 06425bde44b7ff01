import { ArrowUndo16Regular } from '@fluentui/react-icons/svg/arrow-undo';
import { CalendarClock16Regular } from '@fluentui/react-icons/svg/calendar-clock';
import { Person16Regular } from '@fluentui/react-icons/svg/person';
import { PersonProhibited16Regular } from '@fluentui/react-icons/svg/person-prohibited';
import { PersonSwap16Regular } from '@fluentui/react-icons/svg/person-swap';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { TraceOut } from '../../src/http/schemas/desk.ts';
import { ThreadEvent } from './thread-event.tsx';
import { ThreadNote } from './thread-note.tsx';
import { traceSentence } from './thread-trace-words.ts';

const ICONS: Partial<Record<TraceOut['kind'], ReactElement>> = {
  assigned: <PersonSwap16Regular />,
  'taken-over': <PersonSwap16Regular />,
  'moved-team': <PersonSwap16Regular />,
  released: <ArrowUndo16Regular />,
  returned: <ArrowUndo16Regular />,
  blocked: <PersonProhibited16Regular />,
  'out-of-hours-answer': <CalendarClock16Regular />,
};

/** What a colleague, or Assent, did in the conversation; a note as a note. */
export function ThreadTrace({ trace }: { trace: TraceOut }) {
  const { t } = useTranslation('chat');
  if (trace.kind === 'note') return <ThreadNote note={trace} />;
  return (
    <ThreadEvent tone="informative" at={trace.at} icon={ICONS[trace.kind] ?? <Person16Regular />}>
      {traceSentence(t, trace)}
      {trace.reason !== null && trace.reason !== '' && ` · ${t('trace.reason', { reason: trace.reason })}`}
    </ThreadEvent>
  );
}
