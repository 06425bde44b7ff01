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
import { Send20Regular } from '@fluentui/react-icons/svg/send';
import { Settings20Regular } from '@fluentui/react-icons/svg/settings';
import { Shield20Regular } from '@fluentui/react-icons/svg/shield';
import { Table20Regular } from '@fluentui/react-icons/svg/table';
import { useLocation } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Right } from '../../src/core/rights.ts';
import type english from '../i18n/en/words.ts';
import { later } from './later.tsx';
import { useFollow } from './link.tsx';
import { useMe } from './me.tsx';

const WaitingCount = later(async () => (await import('./waiting-count.tsx')).WaitingCount, {
  words: ['reports'],
});

/** Their words stand in `nav` of en/ui.json. */
type Words = (typeof english)['ui']['nav'];
/** `needs`: one of these rights opens the page at all; a place without them leads nowhere for this person. */
type Place = { name: keyof Words['places']; to: string; icon: ReactElement; needs?: readonly Right[] };
const groups: { name: keyof Words['groups']; places: Place[] }[] = [
  {
    name: 'work',
    places: [
      { name: 'chats', to: '/chats', icon: <Chat20Regular /> },
      { name: 'records', to: '/records', icon: <People20Regular /> },
      { name: 'held', to: '/held', icon: <PauseCircle20Regular /> },
      {
        name: 'campaigns',
        to: '/campaigns',
        icon: <Send20Regular />,
        needs: ['run-campaigns', 'see-audit'],
      },
    ],
  },
  {
    name: 'configuration',
    places: [
      { name: 'recordTypes', to: '/configuration/record-types', icon: <Table20Regular /> },
      { name: 'messageTemplates', to: '/configuration/message-templates', icon: <MailTemplate20Regular /> },
      { name: 'quickReplies', to: '/configuration/quick-replies', icon: <Flash20Regular />, needs: ['chat'] },
      { name: 'whatsapp', to: '/configuration/whatsapp', icon: <ChatSettings20Regular /> },
      { name: 'crm', to: '/configuration/crm', icon: <DatabaseLink20Regular /> },
      {
        name: 'people',
        to: '/configuration/people',
        icon: <Person20Regular />,
        needs: ['manage-people', 'see-audit'],
      },
      { name: 'teams', to: '/configuration/teams', icon: <PeopleTeam20Regular />, needs: ['manage-people'] },
      { name: 'roles', to: '/configuration/roles', icon: <Shield20Regular />, needs: ['manage-people'] },
      { name: 'apiKeys', to: '/configuration/api-keys', icon: <Key20Regular />, needs: ['manage-people'] },
      {
        name: 'webhooks',
        to: '/configuration/webhooks',
        icon: <PlugConnected20Regular />,
        needs: ['manage-settings'],
      },
      { name: 'workingHours', to: '/configuration/working-hours', icon: <CalendarClock20Regular /> },
      { name: 'settings', to: '/configuration/settings', icon: <Settings20Regular /> },
      { name: 'audit', to: '/configuration/audit', icon: <History20Regular />, needs: ['see-audit'] },
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
  const { rights } = useMe();
  const opens = ({ needs }: Place): boolean => needs?.some((right) => rights.includes(right)) ?? true;
  return (
    <nav className={styles.nav} aria-label={t('nav.label')}>
      {groups.map(({ name, places }) => (
        <section key={name} aria-label={t(`nav.groups.${name}`)}>
          <div className={styles.group}>{t(`nav.groups.${name}`)}</div>
          <ul className={styles.list}>
            {places.filter(opens).map((place) => (
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
  const follow = useFollow(place.to);
  // Whether, and not where: so that a chat that is opened draws no link anew.
  const current = useLocation({
    select: ({ pathname }) => pathname === place.to || pathname.startsWith(`${place.to}/`),
  });
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
      {place.name === 'held' && <WaitingCount />}
    </a>
  );
}
