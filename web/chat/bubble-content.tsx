import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ArrowForward16Regular } from '@fluentui/react-icons/svg/arrow-forward';
import { ArrowReply16Regular } from '@fluentui/react-icons/svg/arrow-reply';
import { Attach16Regular } from '@fluentui/react-icons/svg/attach';
import { QuestionCircle16Regular } from '@fluentui/react-icons/svg/question-circle';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { MediaView } from './media-view.tsx';
import { MessageContacts } from './message-contacts.tsx';
import { isMedia, kindName } from './message-kind.ts';
import { MessageLocation } from './message-location.tsx';
import { MessageText } from './message-text.tsx';

const useStyles = makeStyles({
  place: {
    display: 'flex',
    alignItems: 'center',
    gap: '6px',
    color: tokens.colorNeutralForeground2,
    fontStyle: 'italic',
  },
  header: { fontWeight: tokens.fontWeightSemibold },
  small: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  deleted: { color: tokens.colorNeutralForeground2, textDecorationLine: 'line-through' },
});

/** What a message says: its words, its file, its place; a kind nobody knows is named as such. */
export function BubbleContent({ message, by }: { message: MessageOut; by: string }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  // Of a place or a card the words are its name, which stands on it.
  const text = message.location === undefined && message.contacts === undefined ? (message.text ?? '') : '';
  const header = message.template?.header ?? message.interactive?.header ?? null;
  const footer = message.template?.footer ?? message.interactive?.footer ?? null;
  const deleted = message.deletedAt !== undefined;
  return (
    <>
      {message.forwarded === true && (
        <Place icon={<ArrowForward16Regular aria-hidden />}>{t('bubble.forwarded')}</Place>
      )}
      {header !== null && header !== '' && (
        <div className={styles.header}>
          <MessageText text={header} />
        </div>
      )}
      <Lead message={message} by={by} />
      {text !== '' && (
        <div className={mergeClasses(deleted && styles.deleted)}>
          <MessageText text={text} />
        </div>
      )}
      {footer !== null && footer !== '' && (
        <div className={styles.small}>
          <MessageText text={footer} />
        </div>
      )}
    </>
  );
}

/** What stands above the words, or in their place. */
function Lead({ message, by }: { message: MessageOut; by: string }): ReactNode {
  const { t } = useTranslation('chat');
  const { kind, text = '', media, location, contacts } = message;
  if (media !== undefined) return <MediaView media={media} by={by} />;
  if (location !== undefined) return <MessageLocation location={location} />;
  if (contacts !== undefined) return <MessageContacts contacts={contacts} />;
  if (kind === 'button' || kind === 'reply') {
    const words = kind === 'reply' && message.interactive?.form === 'list' ? 'bubble.chose' : 'bubble.tapped';
    return <Place icon={<ArrowReply16Regular aria-hidden />}>{t(words)}</Place>;
  }
  if (isMedia(kind)) return <Place icon={<Attach16Regular aria-hidden />}>{kindName(kind)}</Place>;
  // A note says nothing of the order that it came with.
  if ((text !== '' && kind !== 'other') || message.deletedAt !== undefined) return null;
  return <Place icon={<QuestionCircle16Regular aria-hidden />}>{kindName(kind)}</Place>;
}

function Place({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  const styles = useStyles();
  return (
    <span className={styles.place}>
      {icon} {children}
    </span>
  );
}
