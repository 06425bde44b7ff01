import type { TFunction } from 'i18next';
import type { NotificationOut } from '../../src/http/schemas/desk.ts';

/** One sentence for what happened; a reason or a note's words stand below it. */
export function notificationSentence(t: TFunction<'notifications'>, one: NotificationOut): string {
  if (one.conversation === null) return t('gone');
  const customer = one.conversation.name === '' ? t('someone') : one.conversation.name;
  const actor = one.actor ?? t('colleague');
  switch (one.kind) {
    case 'assigned':
      return t('sentence.assigned', { actor, customer });
    case 'assignment-accepted':
      return t('sentence.assignmentAccepted', { actor, customer });
    case 'assignment-rejected':
      return t('sentence.assignmentRejected', { actor, customer });
    case 'assignment-timed-out':
      return t('sentence.assignmentTimedOut', { customer });
    case 'mentioned':
      return t('sentence.mentioned', { actor, customer });
    case 'discussion':
      return t('sentence.discussion', { actor, customer });
    case 'taken-over':
      return t('sentence.takenOver', { actor, customer });
    case 'returned':
      return t('sentence.returned', { customer });
    case 'waiting':
      return t('sentence.waiting', { customer });
    case 'window-closing':
      return t('sentence.windowClosing', { customer });
    case 'answered':
      return t(one.text === 'agreed' ? 'sentence.agreed' : 'sentence.refused', { customer });
  }
}

/** What somebody wrote along: the reason of an offer, the words of a note. What was answered is said above already. */
export function notificationText({ kind, text }: NotificationOut): string {
  return kind === 'answered' ? '' : (text ?? '');
}
