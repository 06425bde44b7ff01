import type { TFunction } from 'i18next';
import type { TraceOut } from '../../src/http/schemas/desk.ts';

/** One sentence for what a colleague, or Assent, did; its reason stands beside it. */
export function traceSentence(t: TFunction<'chat'>, trace: TraceOut): string {
  const actor = trace.actor?.name ?? t('bubble.us');
  const subject = trace.subject?.name ?? '';
  const names = { actor, subject };
  switch (trace.kind) {
    case 'accepted':
      return t('trace.accepted', names);
    case 'dismissed':
      return t('trace.dismissed', names);
    case 'blocked':
      return t('trace.blocked', names);
    case 'unblocked':
      return t('trace.unblocked', names);
    case 'assigned':
      return t('trace.assigned', names);
    case 'assignment-accepted':
      return t('trace.assignmentAccepted', names);
    case 'assignment-rejected':
      return t('trace.assignmentRejected', names);
    case 'assignment-withdrawn':
      return t('trace.assignmentWithdrawn', names);
    case 'assignment-timed-out':
      return t('trace.assignmentTimedOut', names);
    case 'taken-over':
      return subject === '' ? t('trace.takenOver', names) : t('trace.takenOverFrom', names);
    case 'released':
      return t('trace.released', names);
    case 'returned':
      return t('trace.returned', names);
    case 'moved-team':
      return t('trace.movedTeam', names);
    case 'closed':
      return trace.actor === null ? t('trace.closedByItself') : t('trace.closed', names);
    case 'reopened':
      return trace.actor === null ? t('trace.reopenedByCustomer') : t('trace.reopened', names);
    case 'discussion-started':
      return t('trace.discussionStarted', names);
    case 'discussion-ended':
      return t('trace.discussionEnded', names);
    case 'note':
      return t('trace.note', names);
    case 'out-of-hours-answer':
      return t('trace.outOfHoursAnswer');
    case 'record-created':
      return t('trace.recordCreated', names);
    case 'record-linked':
      return t('trace.recordLinked', names);
  }
}
