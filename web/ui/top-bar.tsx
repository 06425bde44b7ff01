import {
  Avatar,
  Button,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemLink,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  mergeClasses,
  tokens,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { Navigation20Regular } from '@fluentui/react-icons/svg/navigation';
import { Phone20Regular } from '@fluentui/react-icons/svg/phone';
import { QuestionCircle20Regular } from '@fluentui/react-icons/svg/question-circle';
import { WeatherMoon20Regular } from '@fluentui/react-icons/svg/weather-moon';
import { WeatherSunny20Regular } from '@fluentui/react-icons/svg/weather-sunny';
import { type ReactNode, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { SignedOut } from '../../src/http/schemas/people.ts';
import { isLanguage } from '../i18n/i18n.ts';
import { useLanguage } from '../i18n/language.ts';
import { answerOf, api } from './api.ts';
import { useChangePreferences } from './follow-person.ts';
import { forgetKept } from './kept.ts';
import { LanguageItems } from './language-menu.tsx';
import { useFollow } from './link.tsx';
import { useMe } from './me.tsx';
import { useNotify } from './notify.ts';
import { type ThemeChoice, useTheme } from './theme.tsx';

const useStyles = makeStyles({
  bar: {
    display: 'flex',
    alignItems: 'center',
    gap: '4px',
    height: '48px',
    padding: '0 8px',
    color: tokens.colorNeutralForegroundOnBrand,
    backgroundColor: tokens.colorBrandBackground,
    flexShrink: 0,
    position: 'relative',
    overflow: 'hidden',
    '& button, & a': { color: 'inherit' },
    '& :focus-visible': { outlineColor: tokens.colorNeutralForegroundOnBrand },
  },
  menu: { display: 'none', '@media (max-width: 860px)': { display: 'inline-flex' } },
  product: {
    fontSize: tokens.fontSizeBase400,
    fontWeight: tokens.fontWeightSemibold,
    textDecorationLine: 'none',
    padding: '4px 8px',
    borderRadius: tokens.borderRadiusMedium,
  },
  sandbox: {
    fontSize: tokens.fontSizeBase200,
    border: `1px solid ${tokens.colorNeutralForegroundOnBrand}`,
    borderRadius: tokens.borderRadiusMedium,
    padding: '0 6px',
    whiteSpace: 'nowrap',
    // The only part that gives way where the bar is too narrow for all.
    minWidth: 0,
    overflow: 'hidden',
    textOverflow: 'ellipsis',
  },
  gap: { flex: 1 },
  avatar: { marginInlineEnd: '4px' },
  button: {
    minWidth: 0,
    flexShrink: 0,
    '@media (max-width: 480px)': { paddingInline: '6px' },
    color: 'inherit',
    ':hover': { color: 'inherit', backgroundColor: tokens.colorBrandBackgroundHover },
    ':hover:active': { color: 'inherit', backgroundColor: tokens.colorBrandBackgroundPressed },
    '& .fui-Button__icon': { color: 'inherit' },
  },
  // Read out everywhere, seen where there is room.
  roomy: {
    '@media (max-width: 640px)': {
      position: 'absolute',
      width: '1px',
      height: '1px',
      overflow: 'hidden',
      clipPath: 'inset(50%)',
    },
  },
  person: { display: 'flex', flexDirection: 'column', alignItems: 'flex-start', lineHeight: 1.2 },
  role: { fontSize: tokens.fontSizeBase200, fontWeight: tokens.fontWeightRegular },
});

/** Product, sandbox phone, what wants attention (`bell`), theme, and who is signed in with their language. `onMenu` opens the navigation of a narrow screen. */
export function TopBar({ onMenu, bell }: { onMenu: () => void; bell: ReactNode }) {
  const { t } = useTranslation('ui');
  const styles = useStyles();
  const me = useMe();
  const home = useFollow('/');
  const guide = useFollow('/guide');
  // Where the focus goes when the navigation closes again.
  const opener = useRestoreFocusTarget();
  return (
    <header className={styles.bar}>
      <Button
        {...opener}
        appearance="transparent"
        className={mergeClasses(styles.button, styles.menu)}
        icon={<Navigation20Regular />}
        aria-label={t('shell.openNavigation')}
        onClick={onMenu}
      />
      <a href="/" onClick={home} className={styles.product}>
        Assent
      </a>
      {me.sandbox && <span className={styles.sandbox}>{t('shell.sandbox')}</span>}
      <span className={styles.gap} />
      {me.phonePage !== null && (
        <Button
          as="a"
          href={me.phonePage}
          target="_blank"
          rel="noreferrer"
          appearance="transparent"
          className={styles.button}
          icon={<Phone20Regular />}
          title={t('shell.phoneTitle')}
        >
          <span className={styles.roomy}>{t('shell.phone')}</span>
        </Button>
      )}
      <Suspense fallback={null}>{bell}</Suspense>
      <Button
        as="a"
        href="/guide"
        onClick={guide}
        appearance="transparent"
        className={styles.button}
        icon={<QuestionCircle20Regular />}
        aria-label={t('shell.guide')}
        title={t('shell.guide')}
      />
      <ThemeMenu />
      <PersonMenu />
    </header>
  );
}

function ThemeMenu() {
  const { t } = useTranslation('ui');
  const styles = useStyles();
  const { choice, dark, choose } = useTheme();
  const options: ThemeChoice[] = ['system', 'light', 'dark'];
  return (
    <Menu
      checkedValues={{ theme: [choice] }}
      onCheckedValueChange={(_, { checkedItems }) => {
        const next = options.find((option) => option === checkedItems[0]);
        if (next !== undefined) choose(next);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="transparent"
          className={styles.button}
          icon={dark ? <WeatherMoon20Regular /> : <WeatherSunny20Regular />}
          aria-label={t('theme.menu', { theme: t(`theme.${choice}`) })}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {options.map((option) => (
            <MenuItemRadio key={option} name="theme" value={option}>
              {t(`theme.${option}`)}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

/** Where the organisation's issuer ends its session too; 204 where there is none. */
const signedOut = (json: unknown): json is SignedOut | undefined =>
  json === undefined || answerOf<SignedOut>()(json);

function PersonMenu() {
  const { t } = useTranslation(['ui', 'rights']);
  const { language } = useLanguage();
  const change = useChangePreferences();
  const styles = useStyles();
  const me = useMe();
  const notify = useNotify();
  const account = useFollow('/account');
  // A whole load: nothing of this person stays in the page. Who came through their organisation ends that session too.
  const signOut = () =>
    api.post('/api/sign-out', undefined, signedOut).then((ended) => {
      forgetKept();
      location.assign(ended?.url ?? '/sign-in');
    }, notify.problem);
  return (
    <Menu
      checkedValues={{ language: [language] }}
      onCheckedValueChange={(_, { checkedItems }) => {
        const [chosen = ''] = checkedItems;
        if (isLanguage(chosen))
          change.mutate({ language: chosen }, { onError: (error) => notify.problem(error) });
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="transparent"
          className={styles.button}
          icon={<Avatar name={me.name} size={28} aria-hidden className={styles.avatar} />}
        >
          <span className={mergeClasses(styles.person, styles.roomy)}>
            <span>{me.name}</span> <span className={styles.role}>{t(`rights:roles.${me.role}`)}</span>
          </span>
        </Button>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem disabled>
            {t('shell.personAndRole', { name: me.name, role: t(`rights:roles.${me.role}`) })}
          </MenuItem>
          <MenuItemLink href="/account" onClick={account}>
            {t('shell.account')}
          </MenuItemLink>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t('language.label')}</MenuGroupHeader>
            <LanguageItems />
          </MenuGroup>
          <MenuDivider />
          <MenuItem onClick={() => void signOut()}>{t('shell.signOut')}</MenuItem>
          <MenuDivider />
          <MenuItem disabled>{t('shell.version', { version: me.version })}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
