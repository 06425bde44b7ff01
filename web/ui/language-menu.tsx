import { Button, Menu, MenuItemRadio, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import { LocalLanguage20Regular } from '@fluentui/react-icons/svg/local-language';
import { useTranslation } from 'react-i18next';
import { isLanguage, LANGUAGES, type Language } from '../i18n/i18n.ts';
import { chooseBeforeSignIn, useLanguage } from '../i18n/language.ts';

/** Every language, by its own name in its own writing. */
export function LanguageItems() {
  return Object.entries(LANGUAGES).map(([language, { name }]) => (
    <MenuItemRadio key={language} name="language" value={language}>
      <span lang={language}>{name}</span>
    </MenuItemRadio>
  ));
}

type Props = { className?: string; onChoose?: (language: Language) => void };

/**
 * Chooses the language of the pages. On the pages before the sign-in it stands alone: what is chosen there is spoken at
 * once and becomes the person's own when they sign in.
 */
export function LanguageMenu({ className, onChoose = chooseBeforeSignIn }: Props) {
  const { t } = useTranslation('ui');
  const { language } = useLanguage();
  const { name } = LANGUAGES[language];
  return (
    <Menu
      checkedValues={{ language: [language] }}
      onCheckedValueChange={(_, { checkedItems }) => {
        const [chosen = ''] = checkedItems;
        if (isLanguage(chosen)) onChoose(chosen);
      }}
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="transparent"
          icon={<LocalLanguage20Regular />}
          aria-label={t('language.menu', { language: name })}
          title={t('language.label')}
          {...(className === undefined ? {} : { className })}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <LanguageItems />
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
