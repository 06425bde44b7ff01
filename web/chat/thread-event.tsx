import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkCircle16Filled } from '@fluentui/react-icons/svg/checkmark-circle';
import { DismissCircle16Filled } from '@fluentui/react-icons/svg/dismiss-circle';
import { Info16Regular } from '@fluentui/react-icons/svg/info';
import { Warning16Regular } from '@fluentui/react-icons/svg/warning';
import type { ReactElement, ReactNode } from 'react';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { Time } from '../ui/time.tsx';
import type { ConsentSentence } from './consent-line.ts';
import { shortText } from './message-kind.ts';

const useStyles = makeStyles({
  event: {
    alignSelf: 'center',
    display: 'flex',
    alignItems: 'flex-start',
    gap: '6px',
    maxWidth: 'min(92%, 620px)',
    padding: '4px 12px',
    borderRadius: tokens.borderRadiusLarge,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    overflowWrap: 'anywhere',
  },
  success: {
    backgroundColor: tokens.colorStatusSuccessBackground1,
    border: `1px solid ${tokens.colorStatusSuccessBorder1}`,
  },
  danger: {
    backgroundColor: tokens.colorStatusDangerBackground1,
    border: `1px solid ${tokens.colorStatusDangerBorder1}`,
  },
  warning: {
    backgroundColor: tokens.colorStatusWarningBackground1,
    border: `1px solid ${tokens.colorStatusWarningBorder1}`,
  },
  icon: { display: 'inline-flex', flexShrink: 0, paddingTop: '0.5px' },
  time: { color: tokens.colorNeutralForeground2, flexShrink: 0 },
});

const ICONS: Record<ConsentSentence['tone'], ReactElement> = {
  success: <CheckmarkCircle16Filled />,
  danger: <DismissCircle16Filled />,
  warning: <Warning16Regular />,
  informative: <Info16Regular />,
};

/** Something that happened between the messages: a consent event, an edit, a deletion, a reaction. */
export function ThreadEvent({
  tone,
  at,
  children,
}: {
  tone: ConsentSentence['tone'];
  at: string;
  children: ReactNode;
}) {
  const styles = useStyles();
  const look = tone === 'informative' ? '' : styles[tone];
  return (
    <div className={mergeClasses(styles.event, look)}>
      <span className={styles.icon} aria-hidden>
        {ICONS[tone]}
      </span>
      <span dir="auto">{children}</span>
      <span className={styles.time}>
        <Time at={at} />
      </span>
    </div>
  );
}

/** What a customer's edit, deletion or reaction says, with the message it is about where that is loaded. */
export function noteSentence(message: MessageOut, about: MessageOut | null, customer: string): string {
  const who = message.direction === 'in' ? customer : (message.actor ?? 'Assent');
  const what = about === null ? 'a message' : `“${shorten(shortText(about))}”`;
  switch (message.kind) {
    case 'edit':
      return `${who} edited ${what}. It now reads: ${message.text ?? ''}`;
    case 'revoke':
      return `${who} deleted ${what}. What was received is kept above.`;
    case 'reaction':
      return message.text === undefined || message.text === ''
        ? `${who} changed a reaction to ${what}.`
        : `${who} reacted with ${message.text} to ${what}.`;
    default:
      return `${who}: ${shortText(message)}`;
  }
}

function shorten(text: string): string {
  const letters = [...text];
  return letters.length <= 60 ? text : `${letters.slice(0, 60).join('')}…`;
}
