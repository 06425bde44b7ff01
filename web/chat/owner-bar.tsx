import {
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useRouter } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { Right } from '../../src/core/rights.ts';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { later } from '../ui/later.tsx';
import { MayButton } from '../ui/may.tsx';
import { useMay, useMe } from '../ui/me.tsx';
import { duration, localTime } from '../ui/time.tsx';
import { useStep } from './composer-steps.tsx';
import { type DeskAct, useDesk } from './desk-actions.ts';
import { type AskedAct, refusedTo, type Standing, standingOf } from './desk-state.ts';
import { useDeskReason } from './owner-reason.ts';
import type { ReasonedAct } from './reason-dialog.tsx';
import { useClock } from './use-clock.ts';

const ReasonDialog = later(async () => (await import('./reason-dialog.tsx')).ReasonDialog, {
  words: ['dialogs'],
  onMissing: ({ onClose }) => onClose(),
});

const useStyles = makeStyles({
  bar: { flexShrink: 0, borderRadius: 0, borderInlineStyle: 'none', borderTopStyle: 'none' },
  // What people wrote may be one long word; what decides stands below it.
  words: { minWidth: 0, overflowWrap: 'anywhere' },
  reason: { fontStyle: 'italic' },
  left: { color: tokens.colorNeutralForeground2, whiteSpace: 'nowrap' },
});

type Props = {
  conversation: ConversationOut;
  /** Where a person goes who hid this chat from their list; absent on a record's page. */
  backTo?: string | undefined;
};

/**
 * Who is to answer, where that asks for something: an offer to decide, a chat that nobody has, a colleague's, a closed
 * or blocked one. What a person may not do stays there with the reason.
 */
export function OwnerBar({ conversation, backTo }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const me = useMe();
  const standing = standingOf(conversation, me);
  if (standing === null) return null;
  return (
    <MessageBar
      intent={INTENTS[standing]}
      layout="multiline"
      className={styles.bar}
      role="region"
      aria-label={t('bar.label')}
      data-standing={standing}
    >
      <MessageBarBody className={styles.words}>
        <Words conversation={conversation} standing={standing} />
      </MessageBarBody>
      <Actions conversation={conversation} standing={standing} backTo={backTo} />
    </MessageBar>
  );
}

const INTENTS: Record<NonNullable<Standing>, 'info' | 'warning'> = {
  'offered-to-me': 'warning',
  offered: 'info',
  blocked: 'warning',
  closed: 'info',
  dismissed: 'info',
  nobody: 'info',
  'asked-in': 'info',
  colleague: 'info',
};

type PartProps = { conversation: ConversationOut; standing: NonNullable<Standing> };

function Words({ conversation, standing }: PartProps): ReactNode {
  const { t } = useTranslation('desk');
  const now = useClock();
  const me = useMe();
  const mayChat = useMay('chat');
  const { owner, team, assignment, waitingSince, takeOverFrom } = conversation;
  switch (standing) {
    case 'offered-to-me':
    case 'offered':
      return <OfferWords conversation={conversation} mine={standing === 'offered-to-me'} />;
    case 'nobody': {
      const minutes = waitingSince === null ? 0 : now - Date.parse(waitingSince);
      return minutes >= 60_000
        ? t('bar.nobodyWaiting', { team: team.name, time: duration(minutes, 'short', 'minute') })
        : t('bar.nobody', { team: team.name });
    }
    case 'colleague': {
      const name = owner?.name ?? '';
      // Whoever may not answer at all may not take over either.
      if (!mayChat) return t('owner.colleague', { name });
      const idle = takeOverFrom !== null && Date.parse(takeOverFrom) <= now;
      if (refusedTo('take-over', conversation, me, now) === null)
        return t(idle ? 'bar.colleagueIdle' : 'bar.colleagueNow', { name });
      return takeOverFrom === null || idle
        ? t('bar.colleague', { name })
        : t('bar.colleagueFrom', { name, time: localTime(takeOverFrom, 'on') });
    }
    case 'asked-in':
      return owner === null
        ? t('bar.askedInTeam', { team: team.name })
        : t('bar.askedIn', { name: owner.name });
    case 'blocked':
      return t('bar.blocked');
    case 'closed':
      return t('bar.closed');
    case 'dismissed':
      return assignment === null ? t('bar.dismissed') : '';
  }
}

function OfferWords({ conversation, mine }: { conversation: ConversationOut; mine: boolean }) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const me = useMe();
  const now = useClock();
  const { assignment } = conversation;
  if (assignment === null) return null;
  const { from, to, reason, expiresAt } = assignment;
  const who = {
    from: <bdi>{from?.name ?? ''}</bdi>,
    to: <bdi>{to.name}</bdi>,
  };
  const key = mine
    ? from === null
      ? 'bar.returned'
      : 'bar.offeredToYou'
    : from?.id === me.id
      ? 'bar.offeredByYou'
      : from === null
        ? 'bar.offeredBack'
        : 'bar.offered';
  const left = expiresAt === null ? 0 : Date.parse(expiresAt) - now;
  return (
    <>
      <strong>
        <Trans t={t} i18nKey={key} components={who} />
      </strong>{' '}
      {reason !== null && (
        <span className={styles.reason} dir="auto">
          {t('bar.reason', { reason })}{' '}
        </span>
      )}
      {left > 0 && <span className={styles.left}>{t('bar.left', { time: duration(left, 'short') })}</span>}
    </>
  );
}

type Offered = {
  act: AskedAct | 'block' | 'unblock';
  label: string;
  right: Right;
  primary?: boolean;
  /** What it does at once, or the question it asks first. */
  run: DeskAct | ReasonedAct;
};

function Actions({ conversation, standing, backTo }: PartProps & Pick<Props, 'backTo'>) {
  const router = useRouter();
  const step = useStep();
  const desk = useDesk(conversation);
  const reasonFor = useDeskReason(conversation);
  const [asking, setAsking] = useState<ReasonedAct | null>(null);
  const offered = useOffered(standing, conversation);
  const run = async (what: Offered['run']) => {
    if (!('do' in what)) return setAsking(what);
    const done = await desk.act(what);
    if (done && what.do === 'dismiss' && backTo !== undefined) router.history.push(backTo);
    // The button goes with what it was for: who had the focus on it goes on where they write.
    else if (done && document.activeElement?.matches('body, [data-standing] *')) step({ do: 'go-on' });
  };
  if (offered.length === 0) return null;
  return (
    <MessageBarActions>
      {offered.map(({ act, label, right, primary = false, run: what }) => (
        <MayButton
          key={act + label}
          right={right}
          reason={act === 'block' || act === 'unblock' ? null : reasonFor(act)}
          appearance={primary ? 'primary' : 'secondary'}
          size="small"
          disabledFocusable={desk.doing !== null}
          onClick={() => void run(what)}
        >
          {label}
        </MayButton>
      ))}
      {asking !== null && (
        <ReasonDialog conversation={conversation} act={asking} onClose={() => setAsking(null)} />
      )}
    </MessageBarActions>
  );
}

function useOffered(standing: NonNullable<Standing>, { owner }: ConversationOut): Offered[] {
  const { t } = useTranslation('desk');
  switch (standing) {
    case 'offered-to-me':
      return [
        {
          act: 'decide',
          label: t('act.accept'),
          right: 'chat',
          primary: true,
          run: { do: 'decide', accept: true },
        },
        { act: 'decide', label: t('act.reject'), right: 'chat', run: { ask: 'reject' } },
      ];
    case 'offered':
      return [{ act: 'withdraw', label: t('act.withdraw'), right: 'assign', run: { do: 'withdraw' } }];
    case 'nobody':
      return [
        { act: 'accept', label: t('act.accept'), right: 'chat', primary: true, run: { do: 'accept' } },
        { act: 'dismiss', label: t('act.dismiss'), right: 'chat', run: { do: 'dismiss' } },
        { act: 'block', label: t('act.block'), right: 'block', run: { ask: 'block' } },
      ];
    case 'dismissed':
      return [{ act: 'accept', label: t('act.accept'), right: 'chat', run: { do: 'accept' } }];
    // Whoever was asked in may be told to take the chat over, and then does it here.
    case 'asked-in':
    case 'colleague':
      return owner === null
        ? []
        : [{ act: 'take-over', label: t('act.takeOver'), right: 'chat', run: { ask: 'take-over' } }];
    case 'closed':
      return [{ act: 'reopen', label: t('act.reopen'), right: 'chat', run: { do: 'reopen' } }];
    case 'blocked':
      return [{ act: 'unblock', label: t('act.unblock'), right: 'block', run: { ask: 'unblock' } }];
  }
}
