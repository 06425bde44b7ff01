import {
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { SendableOut } from '../../src/http/schemas/chat.ts';
import { serverText } from '../i18n/server-text.ts';
import type { HoldChoice } from '../ui/hold-dialog.tsx';
import { later } from '../ui/later.tsx';
import { AppLink } from '../ui/link.tsx';
import { MayButton } from '../ui/may.tsx';
import { duration, localTime } from '../ui/time.tsx';
import { cannotAsk } from './next-step.ts';
import { useTimeLeft } from './use-time-left.ts';

const HoldDialog = later(async () => (await import('../ui/hold-dialog.tsx')).HoldDialog, {
  words: ['dialogs'],
  onMissing: ({ onClose }) => onClose(false),
});

const useStyles = makeStyles({
  bar: { flexShrink: 0 },
  until: { color: tokens.colorNeutralForeground2, fontVariantNumeric: 'tabular-nums' },
});

type Props = { sendable: SendableOut; onExpired: () => void; onDecided: () => void };

/** The one banner of the composer, as the server has it: why, until when, and what to do next. On hold it asks for the decision. */
export function SendableBanner({ sendable, onExpired, onDecided }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const { banner, conversationId } = sendable;
  const returnFocus = useRestoreFocusTarget();
  const [deciding, setDeciding] = useState<HoldChoice | null>(null);
  const left = duration(useTimeLeft(banner.until, onExpired));
  return (
    <>
      <MessageBar intent={banner.tone} layout="multiline" className={styles.bar} data-banner={banner.code}>
        <MessageBarBody>
          <strong dir="auto">{serverText(banner)}</strong>{' '}
          {sendable.onHold && conversationId !== null && banner.code !== 'on-hold' && (
            <>{t('banner.alsoOnHold')} </>
          )}
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
        {sendable.onHold && conversationId !== null && (
          <MessageBarActions>
            <MayButton {...returnFocus} right="record-refusal" onClick={() => setDeciding('refusal')}>
              {t('banner.isRefusal')}
            </MayButton>
            <MayButton {...returnFocus} right="record-refusal" onClick={() => setDeciding('not-refusal')}>
              {t('banner.isNot')}
            </MayButton>
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
