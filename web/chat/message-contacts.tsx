import { makeStyles, tokens } from '@fluentui/react-components';
import { ContactCard20Regular } from '@fluentui/react-icons/svg/contact-card';
import type { MessageOut } from '../../src/http/schemas/chat.ts';
import { plainText } from './message-plain.ts';

const useStyles = makeStyles({
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '8px' },
  card: { display: 'flex', gap: '8px', alignItems: 'flex-start' },
  icon: { flexShrink: 0, color: tokens.colorBrandForeground1 },
  words: { display: 'flex', flexDirection: 'column', minWidth: 0, overflowWrap: 'anywhere' },
  name: { fontWeight: tokens.fontWeightSemibold },
  type: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});

/** Address cards that were shared: names, numbers and addresses to read and to copy. */
export function MessageContacts({ contacts }: { contacts: NonNullable<MessageOut['contacts']> }) {
  const styles = useStyles();
  return (
    <ul className={styles.list}>
      {contacts.map((contact, index) => (
        <li key={index} className={styles.card}>
          <ContactCard20Regular className={styles.icon} aria-hidden />
          <div className={styles.words}>
            <span className={styles.name} dir="auto">
              {plainText(contact.name)}
            </span>
            {contact.phones.map(({ phone, type }) => (
              <span key={phone}>
                <bdi dir="ltr">{plainText(phone)}</bdi>
                {type !== undefined && <span className={styles.type}> {plainText(type)}</span>}
              </span>
            ))}
            {contact.emails.map((email) => (
              <bdi key={email} dir="ltr">
                {plainText(email)}
              </bdi>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}
