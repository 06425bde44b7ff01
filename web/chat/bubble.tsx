import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { ArrowReply16Regular } from '@fluentui/react-icons/svg/arrow-reply';
import { Attach16Regular } from '@fluentui/react-icons/svg/attach';
import { Bot16Regular } from '@fluentui/react-icons/svg/bot';
import type { ReactNode } from 'react';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { WhatsAppText } from '../ui/whatsapp-text.tsx';
import { deliveryOf } from './delivery.ts';
import { DeliveryMark } from './delivery-mark.tsx';
import { isMedia, kindName, shortText } from './message-kind.ts';
import { MessageText } from './message-text.tsx';
import { Undelivered } from './undelivered.tsx';

const useStyles = makeStyles({
  line: { display: 'flex', flexDirection: 'column', maxWidth: 'min(78%, 560px)', gap: '2px' },
  in: { alignSelf: 'flex-start', alignItems: 'flex-start' },
  out: { alignSelf: 'flex-end', alignItems: 'flex-end' },
  bubble: {
    borderRadius: '10px',
    boxShadow: tokens.shadow2,
    overflow: 'hidden',
    minWidth: '96px',
    color: tokens.colorNeutralForeground1,
  },
  bubbleIn: { backgroundColor: tokens.colorNeutralBackground1, borderTopLeftRadius: '2px' },
  bubbleOut: { backgroundColor: tokens.colorBrandBackground2, borderTopRightRadius: '2px' },
  dim: {
    boxShadow: 'none',
    border: `1px dashed ${tokens.colorNeutralStroke1}`,
    backgroundColor: tokens.colorNeutralBackground1,
  },
  body: { padding: '8px 12px', display: 'flex', flexDirection: 'column', gap: '6px' },
  header: { fontWeight: tokens.fontWeightSemibold },
  small: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
  quote: {
    borderLeft: `3px solid ${tokens.colorBrandStroke1}`,
    backgroundColor: tokens.colorNeutralBackground1Hover,
    borderRadius: tokens.borderRadiusSmall,
    padding: '4px 8px',
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    margin: 0,
  },
  clamp: {
    display: '-webkit-box',
    WebkitBoxOrient: 'vertical',
    WebkitLineClamp: 3,
    overflow: 'hidden',
    overflowWrap: 'anywhere',
  },
  place: {
    display: 'flex',
    alignItems: 'center',
    gap: '6px',
    color: tokens.colorNeutralForeground2,
    fontStyle: 'italic',
  },
  buttons: { listStyle: 'none', margin: 0, padding: 0 },
  button: {
    display: 'flex',
    justifyContent: 'center',
    alignItems: 'center',
    gap: '6px',
    padding: '6px 12px',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    color: tokens.colorBrandForeground1,
    overflowWrap: 'anywhere',
  },
  metaOut: { justifyContent: 'flex-end' },
  meta: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: '2px 8px',
    alignItems: 'center',
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    padding: '0 4px',
  },
  metaItem: { display: 'inline-flex', alignItems: 'center', gap: '4px' },
});

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

type Props = { message: MessageOut; quoted: MessageOut | null; customer: string };

/** One message with its quotation, template parts, time, sender and delivery; what went wrong stands below it. */
export function Bubble({ message, quoted, customer }: Props) {
  const styles = useStyles();
  const mine = message.direction === 'out';
  const delivery = deliveryOf(message);
  const notSent = message.status === 'failed' || message.status === 'cancelled';
  return (
    <article
      className={mergeClasses(styles.line, mine ? styles.out : styles.in)}
      aria-label={authorOf(message, customer)}
    >
      <div
        className={mergeClasses(
          styles.bubble,
          mine ? styles.bubbleOut : styles.bubbleIn,
          notSent && styles.dim,
        )}
      >
        <div className={styles.body}>
          {message.replyTo !== undefined && <Quotation quoted={quoted} customer={customer} />}
          {message.template?.header && (
            <div className={styles.header}>
              <WhatsAppText>{message.template.header}</WhatsAppText>
            </div>
          )}
          <Content message={message} />
          {message.template?.footer && (
            <div className={styles.small}>
              <WhatsAppText>{message.template.footer}</WhatsAppText>
            </div>
          )}
        </div>
        {message.template !== undefined && message.template.buttons.length > 0 && (
          <ul className={styles.buttons} aria-label="Buttons of this template">
            {message.template.buttons.map((label) => (
              <li key={label} className={styles.button} dir="auto">
                <ArrowReply16Regular aria-hidden /> {label}
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className={mergeClasses(styles.meta, mine && styles.metaOut)}>
        {message.automatic && (
          <span className={styles.metaItem}>
            <Bot16Regular aria-hidden /> Automatic answer
          </span>
        )}
        {message.template !== undefined && (
          <span>
            {message.template.name} · {message.template.language}
          </span>
        )}
        {mine && !message.automatic && message.actor !== null && <span>{message.actor}</span>}
        <time dateTime={message.at} title={new Date(message.at).toLocaleString()}>
          {clock.format(new Date(message.at))}
        </time>
        {delivery !== null && <DeliveryMark delivery={delivery} at={message.statusAt} />}
      </div>
      {delivery?.explanation !== undefined && <Undelivered message={message} delivery={delivery} />}
    </article>
  );
}

function authorOf(message: MessageOut, customer: string): string {
  if (message.direction === 'in') return customer;
  if (message.automatic) return 'Automatic answer';
  return message.actor ?? 'Assent';
}

function Content({ message }: { message: MessageOut }): ReactNode {
  const styles = useStyles();
  const text = message.text ?? '';
  if (message.kind === 'button' || message.kind === 'reply') {
    return (
      <>
        <span className={styles.place}>
          <ArrowReply16Regular aria-hidden /> Tapped a button
        </span>
        <MessageText text={text} />
      </>
    );
  }
  if (isMedia(message.kind) || text === '') {
    return (
      <>
        <span className={styles.place}>
          <Attach16Regular aria-hidden /> {kindName(message.kind)}
        </span>
        {text !== '' && <MessageText text={text} />}
      </>
    );
  }
  return <MessageText text={text} />;
}

function Quotation({ quoted, customer }: { quoted: MessageOut | null; customer: string }) {
  const styles = useStyles();
  return (
    <blockquote className={styles.quote}>
      <div>
        {quoted === null ? 'Answer to' : quoted.direction === 'in' ? customer : (quoted.actor ?? 'Assent')}
      </div>
      <div className={styles.clamp} dir="auto">
        {quoted === null ? 'an earlier message' : <WhatsAppText>{shortText(quoted)}</WhatsAppText>}
      </div>
    </blockquote>
  );
}
