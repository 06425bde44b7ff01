import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkCircle16Filled } from '@fluentui/react-icons/svg/checkmark-circle';
import { DismissCircle16Filled } from '@fluentui/react-icons/svg/dismiss-circle';
import { Info16Regular } from '@fluentui/react-icons/svg/info';
import { Warning16Regular } from '@fluentui/react-icons/svg/warning';
import type { ReactElement, ReactNode } from 'react';
import { Time } from '../ui/time.tsx';
import type { ConsentSentence } from './consent-line.ts';

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
  plain: { backgroundColor: 'transparent', border: '1px solid transparent' },
  icon: { display: 'inline-flex', flexShrink: 0, paddingTop: '0.5px' },
  time: { color: tokens.colorNeutralForeground2, flexShrink: 0 },
});

const ICONS: Record<ConsentSentence['tone'], ReactElement> = {
  success: <CheckmarkCircle16Filled />,
  danger: <DismissCircle16Filled />,
  warning: <Warning16Regular />,
  informative: <Info16Regular />,
};

type Props = {
  tone: ConsentSentence['tone'];
  at: string;
  /** In place of the tone's own; then the row is quieter, as it concerns colleagues alone. */
  icon?: ReactElement;
  children: ReactNode;
};

/** Something that happened between the messages: a consent event, an edit, a deletion, what a colleague did. */
export function ThreadEvent({ tone, at, icon, children }: Props) {
  const styles = useStyles();
  const look = tone === 'informative' ? (icon === undefined ? '' : styles.plain) : styles[tone];
  return (
    <div className={mergeClasses(styles.event, look)}>
      <span className={styles.icon} aria-hidden>
        {icon ?? ICONS[tone]}
      </span>
      <span dir="auto">{children}</span>
      <span className={styles.time}>
        <Time at={at} />
      </span>
    </div>
  );
}
