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
import { Trans, useTranslation } from 'react-i18next';
import type { SendableOut } from '../../src/http/schemas/chat.ts';
import { type HoldChoice, HoldDialog } from '../ui/hold-dialog.tsx';
import { AppLink } from '../ui/link.tsx';
import { duration, localTime } from '../ui/time.tsx';
import { cannotAsk } from './next-step.ts';
import { useNowUntil } from './use-now.ts';

const useStyles = makeStyles({
  bar: { flexShrink: 0 },
  until: { color: tokens.colorNeutralForeground2, fontVariantNumeric: 'tabular-nums' },
});

type Props = { sendable: SendableOut; mayAct: boolean; onExpired: () => void; onDecided: () => void };

/** The one banner of the composer, in the server's words: why, until when, and what to do next. On hold it asks for the decision. */
export function SendableBanner({ sendable, mayAct, onExpired, onDecided }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const { banner, conversationId } = sendable;
  const now = useNowUntil(banner.until, onExpired);
  const returnFocus = useRestoreFocusTarget();
  const [deciding, setDeciding] = useState<HoldChoice | null>(null);
  const left = banner.until === undefined ? '' : duration(Date.parse(banner.until) - now);
  return (
    <>
      <MessageBar intent={banner.tone} layout="multiline" className={styles.bar} data-banner={banner.code}>
        <MessageBarBody>
          <strong dir="auto">{banner.text}</strong>{' '}
          {cannotAsk(sendable) && (
            <>
              <Trans
                t={t}
                i18nKey="banner.noConsentTemplate"
                components={{ link: <AppLink to="/configuration/message-templates">{''}</AppLink> }}
              />{' '}
            </>
          )}
          {banner.until !== undefined && left !== '' && (
            <span className={styles.until}>
              {t('banner.until', { when: localTime(banner.until, 'since'), left })}
            </span>
          )}
        </MessageBarBody>
        {sendable.onHold && mayAct && conversationId !== null && (
          <MessageBarActions>
            <Button {...returnFocus} onClick={() => setDeciding('refusal')}>
              {t('banner.isRefusal')}
            </Button>
            <Button {...returnFocus} onClick={() => setDeciding('not-refusal')}>
              {t('banner.isNot')}
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
