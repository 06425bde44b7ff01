import { Button, Field, Input, makeStyles, ProgressBar, tokens } from '@fluentui/react-components';
import { Eye20Regular } from '@fluentui/react-icons/svg/eye';
import { EyeOff20Regular } from '@fluentui/react-icons/svg/eye-off';
import { type Ref, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PASSWORD_RULES } from '../../src/core/password.ts';
import { type Strength, strengthOf } from './password-strength.ts';

const useStyles = makeStyles({
  hint: { display: 'flex', flexDirection: 'column', gap: '6px', marginBlockStart: '2px' },
  bar: { maxWidth: '240px' },
  text: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});

type Props = {
  label: string;
  value: string;
  onChange: (password: string) => void;
  autoComplete: 'current-password' | 'new-password';
  problem?: string | undefined;
  autoFocus?: boolean;
  inputRef?: Ref<HTMLInputElement>;
  size?: 'medium' | 'large';
  /** For a password that is being chosen, who chooses it: says how good it is while it is typed. */
  chosenBy?: string[];
};

/** A password that can be shown, and pasted: password managers must be able to fill it (NIST SP 800-63B). */
export function PasswordField({
  label,
  value,
  onChange,
  autoComplete,
  problem,
  autoFocus,
  inputRef,
  size,
  chosenBy,
}: Props) {
  const { t } = useTranslation('people');
  const [shown, setShown] = useState(false);
  return (
    <Field
      label={label}
      required
      {...(problem === undefined ? {} : { validationMessage: problem })}
      {...(chosenBy === undefined || problem !== undefined
        ? {}
        : { hint: <StrengthHint password={value} words={chosenBy} /> })}
    >
      <Input
        size={size ?? 'medium'}
        {...(inputRef === undefined ? {} : { input: { ref: inputRef } })}
        type={shown ? 'text' : 'password'}
        value={value}
        autoComplete={autoComplete}
        autoCapitalize="none"
        spellCheck={false}
        autoFocus={autoFocus === true}
        onChange={(_, data) => onChange(data.value)}
        contentAfter={
          <Button
            appearance="transparent"
            size="small"
            icon={shown ? <EyeOff20Regular /> : <Eye20Regular />}
            aria-label={shown ? t('password.hide') : t('password.show')}
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          />
        }
      />
    </Field>
  );
}

const steps: Record<Strength, { value: number; color: 'error' | 'warning' | 'success' }> = {
  'password-too-short': { value: 0.15, color: 'error' },
  'password-too-long': { value: 1, color: 'error' },
  'password-too-common': { value: 0.35, color: 'error' },
  fair: { value: 0.7, color: 'warning' },
  strong: { value: 1, color: 'success' },
};

function StrengthHint({ password, words }: { password: string; words: string[] }) {
  const { t } = useTranslation('people');
  const styles = useStyles();
  const strength = strengthOf(password, words);
  const { value, color } = steps[strength];
  return (
    <span className={styles.hint}>
      {password !== '' && (
        <ProgressBar className={styles.bar} thickness="large" aria-hidden value={value} color={color} />
      )}
      <span className={styles.text} role="status">
        {password === ''
          ? t('password.rules', PASSWORD_RULES)
          : t(`password.strength.${strength}`, PASSWORD_RULES)}
      </span>
    </span>
  );
}
