import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { useMe } from '../ui/me.tsx';
import { localTime } from '../ui/time.tsx';
import { type AskedAct, refusedTo } from './desk-state.ts';
import { useClock } from './use-clock.ts';

/** Why an act about who answers is refused to this person now, in words; null where it is not. */
export function useDeskReason(conversation: ConversationOut): (act: AskedAct) => string | null {
  const { t } = useTranslation('desk');
  const me = useMe();
  const now = useClock();
  const { owner, team, assignment } = conversation;
  return (act) => {
    const refused = refusedTo(act, conversation, me, now);
    if (refused === null) return null;
    switch (refused.code) {
      case 'not-idle':
        return refused.until === undefined
          ? t('refused.onlyAdministrators', { name: owner?.name ?? '' })
          : t('refused.notIdle', {
              name: owner?.name ?? '',
              time: localTime(new Date(refused.until).toISOString(), 'on'),
            });
      case 'not-yours':
        if (act === 'withdraw')
          return t('refused.notYourOffer', { name: assignment?.from?.name ?? 'Assent' });
        if (owner?.id === me.id) return t('refused.yours');
        return owner === null
          ? t('refused.teamAnswers', { team: team.name })
          : t('refused.colleagueAnswers', { name: owner.name });
      case 'owned-by-colleague':
        return t('refused.colleagueAnswers', { name: owner?.name ?? '' });
      case 'assignment-open':
        return assignment?.to.id === me.id
          ? t('refused.offeredToYou')
          : t('refused.offered', { name: assignment?.to.name ?? '' });
      case 'already-closed':
        return t('refused.closed');
      case 'contact-blocked':
        return t('refused.blocked');
      case 'no-assignment':
        return t('refused.noOffer');
      case 'not-a-colleague':
      case 'person-needed':
        return t('refused.other');
    }
  };
}
