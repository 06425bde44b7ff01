import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { useState } from 'react';
import type { SendableOut } from '../../src/http/schemas/chat.ts';
import { type HoldChoice, HoldDialog } from '../ui/hold-dialog.tsx';
import { AppLink } from '../ui/link.tsx';
import { localTime } from '../ui/time.tsx';
import { cannotAsk } from './next-step.ts';
import { timeLeft } from './time-left.ts';
import { useNowUntil } from './use-now.ts';

const useStyles = makeStyles({
  bar: { flexShrink: 0 },
  whole: { whiteSpace: 'nowrap' },
  until: { color: tokens.colorNeutralForeground2, fontVariantNumeric: 'tabular-nums' },
});

type Props = { sendable: SendableOut; mayAct: boolean; onExpired: () => void; onDecided: () => void };

/** The one banner of the composer, in the server's words: why, until when, and what to do next. On hold it asks for the decision. */
export function SendableBanner({ sendable, mayAct, onExpired, onDecided }: Props) {
  const styles = useStyles();
  const { banner, conversationId } = sendable;
  const now = useNowUntil(banner.until, onExpired);
  const returnFocus = useRestoreFocusTarget();
  const [deciding, setDeciding] = useState<HoldChoice | null>(null);
  const left = banner.until === undefined ? '' : timeLeft(banner.until, now);
  return (
    <>
      <MessageBar intent={banner.tone} layout="multiline" className={styles.bar} data-banner={banner.code}>
        <MessageBarBody>
          <strong dir="auto">{banner.text}</strong>{' '}
          {cannotAsk(sendable) && (
            <>
              No Consent Template is published for this kind of record.{' '}
              <AppLink to="/configuration/message-templates">Message Templates</AppLink>{' '}
            </>
          )}
          {banner.until !== undefined && left !== '' && (
            <span className={styles.until}>
              Until {localTime(banner.until, 'long')} <span className={styles.whole}>({left} left).</span>
            </span>
          )}
        </MessageBarBody>
        {sendable.onHold && mayAct && conversationId !== null && (
          <MessageBarActions>
            <Button {...returnFocus} onClick={() => setDeciding('refusal')}>
              It is a refusal
            </Button>
            <Button {...returnFocus} onClick={() => setDeciding('not-refusal')}>
              It is not
            </Button>
          </MessageBarActions>
        )}
      </MessageBar>
      {conversationId !== null && deciding !== null && (
        <HoldDialog
          conversationId={conversationId}
          choice={deciding}
          onClose={(decided) => {
            setDeciding(null);
            if (decided) onDecided();
          }}
        />
      )}
    </>
  );
}
