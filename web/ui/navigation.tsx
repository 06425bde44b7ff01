import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CalendarClock20Regular } from '@fluentui/react-icons/svg/calendar-clock';
import { Chat20Regular } from '@fluentui/react-icons/svg/chat';
import { ChatSettings20Regular } from '@fluentui/react-icons/svg/chat-settings';
import { DatabaseLink20Regular } from '@fluentui/react-icons/svg/database-link';
import { Flash20Regular } from '@fluentui/react-icons/svg/flash';
import { History20Regular } from '@fluentui/react-icons/svg/history';
import { Key20Regular } from '@fluentui/react-icons/svg/key';
import { MailTemplate20Regular } from '@fluentui/react-icons/svg/mail-template';
import { PauseCircle20Regular } from '@fluentui/react-icons/svg/pause-circle';
import { People20Regular } from '@fluentui/react-icons/svg/people';
import { PeopleTeam20Regular } from '@fluentui/react-icons/svg/people-team';
import { Person20Regular } from '@fluentui/react-icons/svg/person';
import { PlugConnected20Regular } from '@fluentui/react-icons/svg/plug-connected';
import { Settings20Regular } from '@fluentui/react-icons/svg/settings';
import { Shield20Regular } from '@fluentui/react-icons/svg/shield';
import { Table20Regular } from '@fluentui/react-icons/svg/table';
import { useLocation } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type english from '../i18n/en/words.ts';
import { useFollow } from './link.tsx';

/** Their words stand in `nav` of en/ui.json. */
type Words = (typeof english)['ui']['nav'];
type Place = { name: keyof Words['places']; to: string; icon: ReactElement };
const groups: { name: keyof Words['groups']; places: Place[] }[] = [
  {
    name: 'work',
    places: [
      { name: 'chats', to: '/chats', icon: <Chat20Regular /> },
      { name: 'records', to: '/records', icon: <People20Regular /> },
      { name: 'held', to: '/held', icon: <PauseCircle20Regular /> },
    ],
  },
  {
    name: 'configuration',
    places: [
      { name: 'recordTypes', to: '/configuration/record-types', icon: <Table20Regular /> },
      { name: 'messageTemplates', to: '/configuration/message-templates', icon: <MailTemplate20Regular /> },
      { name: 'quickReplies', to: '/configuration/quick-replies', icon: <Flash20Regular /> },
      { name: 'whatsapp', to: '/configuration/whatsapp', icon: <ChatSettings20Regular /> },
      { name: 'crm', to: '/configuration/crm', icon: <DatabaseLink20Regular /> },
      { name: 'people', to: '/configuration/people', icon: <Person20Regular /> },
      { name: 'teams', to: '/configuration/teams', icon: <PeopleTeam20Regular /> },
      { name: 'roles', to: '/configuration/roles', icon: <Shield20Regular /> },
      { name: 'apiKeys', to: '/configuration/api-keys', icon: <Key20Regular /> },
      { name: 'webhooks', to: '/configuration/webhooks', icon: <PlugConnected20Regular /> },
      { name: 'workingHours', to: '/configuration/working-hours', icon: <CalendarClock20Regular /> },
      { name: 'settings', to: '/configuration/settings', icon: <Settings20Regular /> },
      { name: 'audit', to: '/configuration/audit', icon: <History20Regular /> },
    ],
  },
];

const useStyles = makeStyles({
  nav: { display: 'flex', flexDirection: 'column', gap: '8px', padding: '8px' },
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '2px' },
  group: {
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightSemibold,
    color: tokens.colorNeutralForeground3,
    padding: '8px 12px 4px',
  },
  link: {
    display: 'flex',
    alignItems: 'center',
    gap: '12px',
    padding: '8px 12px',
    minHeight: '36px',
    borderRadius: tokens.borderRadiusMedium,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    ':hover': { backgroundColor: tokens.colorNeutralBackground3Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  current: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    fontWeight: tokens.fontWeightSemibold,
    '& svg': { color: tokens.colorBrandForeground1 },
    boxShadow: `inset 3px 0 0 ${tokens.colorCompoundBrandStroke}`,
  },
});

/** The places of the app, as a site map on the left (or in the drawer of a narrow screen). */
export function Navigation({ onNavigate }: { onNavigate?: () => void }) {
  const { t } = useTranslation('ui');
  const styles = useStyles();
  return (
    <nav className={styles.nav} aria-label={t('nav.label')}>
      {groups.map(({ name, places }) => (
        <section key={name} aria-label={t(`nav.groups.${name}`)}>
          <div className={styles.group}>{t(`nav.groups.${name}`)}</div>
          <ul className={styles.list}>
            {places.map((place) => (
              <li key={place.to}>
                <PlaceLink place={place} onNavigate={onNavigate} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

function PlaceLink({ place, onNavigate }: { place: Place; onNavigate: (() => void) | undefined }) {
  const { t } = useTranslation('ui');
  const styles = useStyles();
  const pathname = useLocation({ select: (location) => location.pathname });
  const follow = useFollow(place.to);
  const current = pathname === place.to || pathname.startsWith(`${place.to}/`);
  return (
    <a
      href={place.to}
      className={mergeClasses(styles.link, current && styles.current)}
      aria-current={current ? 'page' : undefined}
      onClick={(event) => {
        follow(event);
        onNavigate?.();
      }}
    >
      {place.icon}
      {t(`nav.places.${place.name}`)}
    </a>
  );
}
