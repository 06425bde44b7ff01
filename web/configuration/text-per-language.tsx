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
import { languageName } from '../i18n/locale.ts';

const useStyles = makeStyles({
  row: { display: 'flex', gap: '8px', alignItems: 'flex-start', maxWidth: '760px' },
  field: { flex: 1, minWidth: 0 },
  remove: { marginBlockStart: '26px' },
  add: { alignSelf: 'flex-start' },
});

type Props = {
  texts: Readonly<Record<string, string>>;
  /** Those a text may be in. */
  languages: readonly string[];
  mostCharacters: number;
  onChange: (texts: Record<string, string>) => void;
  labelOf: (language: string) => string;
  hintOf?: (text: string, language: string) => string;
  addLabel: string;
  removeLabelOf: (language: string) => string;
  disabled: boolean;
  subtle?: boolean;
};

/** One text per language; each language is added when somebody writes it. */
export function TextPerLanguage({ texts, languages, onChange, disabled, ...props }: Props) {
  const styles = useStyles();
  const free = languages.filter((language) => !(language in texts));
  return (
    <>
      {Object.entries(texts).map(([language, text]) => (
        <div key={language} className={styles.row}>
          <Field
            label={props.labelOf(languageName(language))}
            hint={props.hintOf?.(text, language) ?? ''}
            className={styles.field}
          >
            <Textarea
              value={text}
              maxLength={props.mostCharacters}
              disabled={disabled}
              resize="vertical"
              dir="auto"
              onChange={(_, { value }) => onChange({ ...texts, [language]: value })}
            />
          </Field>
          {!disabled && (
            <Button
              appearance="subtle"
              className={styles.remove}
              icon={<Dismiss20Regular />}
              aria-label={props.removeLabelOf(languageName(language))}
              onClick={() =>
                onChange(Object.fromEntries(Object.entries(texts).filter(([kept]) => kept !== language)))
              }
            />
          )}
        </div>
      ))}
      {!disabled && free.length > 0 && (
        <Menu>
          <MenuTrigger disableButtonEnhancement>
            <Button
              icon={<Add20Regular />}
              className={styles.add}
              {...(props.subtle ? { appearance: 'subtle', size: 'small' } : {})}
            >
              {props.addLabel}
            </Button>
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {free.map((language) => (
                <MenuItem
                  key={language}
                  secondaryContent={language}
                  onClick={() => onChange({ ...texts, [language]: '' })}
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
