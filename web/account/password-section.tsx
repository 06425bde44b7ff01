import { Button, makeStyles } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiProblem, api } from '../ui/api.ts';
import { FormSection } from '../ui/form-section.tsx';
import { useMe } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.ts';
import { PasswordField } from '../ui/password-field.tsx';
import { keys } from '../ui/queries.ts';
import { sentenceOf } from '../ui/states.tsx';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', maxWidth: '420px' },
  hidden: { display: 'none' },
});

/** Changes one's own password. The current one is asked for, so that an open page is not enough to take an account. */
export function PasswordSection() {
  const { t } = useTranslation('people');
  const { hasPassword } = useMe();
  return (
    <FormSection
      title={t('account.password')}
      description={t(hasPassword ? 'account.passwordText' : 'account.passwordNone')}
    >
      {hasPassword && <PasswordForm />}
    </FormSection>
  );
}

function PasswordForm() {
  const { t } = useTranslation('people');
  const styles = useStyles();
  const client = useQueryClient();
  const notify = useNotify();
  const me = useMe();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useMutation({
    mutationFn: () => api.post('/api/me/password', { current, next }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      void client.invalidateQueries({ queryKey: keys.sessions('me') });
      notify.success(t('account.passwordChanged'), t('account.passwordChangedText'));
    },
  });
  const { error } = change;
  // What is wrong with the new one says so in its code; anything else is about the current one or the attempt.
  const atNext = error instanceof ApiProblem && error.code.startsWith('password-');
  const problem = error === null ? undefined : sentenceOf(error);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (current !== '' && next !== '') change.mutate();
      }}
    >
      {/* Tells a password manager whose password this is. */}
      <input
        className={styles.hidden}
        type="text"
        autoComplete="username"
        value={me.email ?? me.name}
        readOnly
        tabIndex={-1}
      />
      <PasswordField
        label={t('account.current')}
        value={current}
        onChange={setCurrent}
        autoComplete="current-password"
        problem={atNext ? undefined : problem}
      />
      <PasswordField
        label={t('account.next')}
        value={next}
        onChange={(typed) => {
          setNext(typed);
          // What was wrong with the one before says nothing about this one.
          if (change.isError) change.reset();
        }}
        autoComplete="new-password"
        problem={atNext ? problem : undefined}
        chosenBy={[me.name, me.email ?? '']}
      />
      <div>
        <Button
          type="submit"
          appearance="primary"
          disabledFocusable={change.isPending || current === '' || next === ''}
        >
          {change.isPending ? t('account.changing') : t('account.change')}
        </Button>
      </div>
    </form>
  );
}
