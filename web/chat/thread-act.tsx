import { Link } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { translate } from '../i18n/i18n.ts';
import { blockedText } from '../i18n/server-text.ts';
import { authorOf } from './message-author.ts';
import { shortText } from './message-kind.ts';
import { oneLine } from './message-plain.ts';
import { useThreadActs } from './thread-acts.ts';
import { ThreadEvent } from './thread-event.tsx';

/** An edit, a deletion or a reaction as a row: who did what to which message, with a way there. */
export function ThreadAct({ message, about }: { message: MessageOut; about: MessageOut | null }) {
  const { t } = useTranslation('chat');
  const { customer, jump } = useThreadActs();
  const target = about?.id ?? message.quoted?.id;
  const failed = message.direction === 'out' && ['failed', 'cancelled'].includes(message.status);
  return (
    <ThreadEvent tone={failed ? 'warning' : 'informative'} at={message.at}>
      {actSentence(message, about, customer)}
      {failed && ` ${blockedText(message) ?? ''}`}
      {target !== undefined && (
        <>
          {' '}
          <Link as="button" inline onClick={() => jump(target)}>
            {t('act.show')}
          </Link>
        </>
      )}
    </ThreadEvent>
  );
}

/** What an edit, a deletion or a reaction says, with the message it is about where we have it. */
export function actSentence(
  message: MessageOut,
  about: Pick<MessageOut, 'kind' | 'text'> | null,
  customer: string,
): string {
  const name = authorOf(message, customer);
  const known = about ?? message.quoted ?? null;
  const target = known === null ? '' : oneLine(shortText(known), 60);
  const named = target !== '';
  const emoji = message.text ?? '';
  switch (message.kind) {
    case 'edit': {
      const text = oneLine(message.text ?? '', 400);
      return named
        ? translate('chat:act.edited', { name, target, text })
        : translate('chat:act.editedUnknown', { name, text });
    }
    case 'revoke':
      return named
        ? translate('chat:act.deleted', { name, target })
        : translate('chat:act.deletedUnknown', { name });
    case 'reaction': {
      if (message.direction === 'out') return translate('chat:act.reactionNotDelivered', { name, emoji });
      if (emoji === '') return translate('chat:act.reactionTakenBack', { name });
      return named
        ? translate('chat:act.reacted', { name, emoji, target })
        : translate('chat:act.reactedUnknown', { name, emoji });
    }
    default:
      return translate('chat:act.other', { name, text: shortText(message) });
  }
}
