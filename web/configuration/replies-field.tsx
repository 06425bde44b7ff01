import {
  Button,
  Field,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Textarea,
} from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { Dismiss20Regular } from '@fluentui/react-icons/svg/dismiss';
import { useTranslation } from 'react-i18next';
import { languageName } from '../i18n/locale.ts';

const useStyles = makeStyles({
  row: { display: 'flex', gap: '8px', alignItems: 'flex-end', maxWidth: '760px' },
  field: { flex: 1, minWidth: 0 },
  add: { alignSelf: 'flex-start' },
});

type Props = {
  reply: string;
  replies: Record<string, string>;
  languages: string[];
  onChange: (change: { reply?: string; replies?: Record<string, string> }) => void;
  disabled: boolean;
};

/** What is answered automatically, once, when this answer changes the decision; one text per language. */
export function RepliesField({ reply, replies, languages, onChange, disabled }: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const free = languages.filter((language) => !(language in replies));
  return (
    <>
      <Field label={t('replies.label')} hint={t('replies.hint')}>
        <Textarea
          value={reply}
          maxLength={4096}
          disabled={disabled}
          resize="vertical"
          onChange={(_, { value }) => onChange({ reply: value })}
        />
      </Field>
      {Object.entries(replies).map(([language, text]) => (
        <div key={language} className={styles.row}>
          <Field label={t('replies.in', { language: languageName(language) })} className={styles.field}>
            <Textarea
              value={text}
              maxLength={4096}
              disabled={disabled}
              resize="vertical"
              dir="auto"
              onChange={(_, { value }) => onChange({ replies: { ...replies, [language]: value } })}
            />
          </Field>
          {!disabled && (
            <Button
              appearance="subtle"
              icon={<Dismiss20Regular />}
              aria-label={t('replies.remove', { language: languageName(language) })}
              onClick={() =>
                onChange({
                  replies: Object.fromEntries(Object.entries(replies).filter(([kept]) => kept !== language)),
                })
              }
            />
          )}
        </div>
      ))}
      {!disabled && free.length > 0 && (
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button icon={<Add20Regular />} className={styles.add}>
              {t('replies.add')}
            </Button>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {free.map((language) => (
                <MenuItem
                  key={language}
                  secondaryContent={language}
                  onClick={() => onChange({ replies: { ...replies, [language]: '' } })}
                >
                  {languageName(language)}
                </MenuItem>
              ))}
            </MenuList>
          </MenuPopover>
        </Menu>
      )}
    </>
  );
}
