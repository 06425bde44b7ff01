import {
  Button,
  Divider,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  makeStyles,
} from '@fluentui/react-components';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { SignInOptionsOut } from '../../src/http/schemas/people.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { PasswordField } from '../ui/password-field.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded, Loading } from '../ui/states.tsx';
import { leadsTo } from './leads-to.ts';
import { OutsidePage } from './outside-page.tsx';
import type { SignInSearch } from './sign-in-search.ts';
import { useWhyRefused } from './why-refused.ts';

const useStyles = makeStyles({ form: { display: 'flex', flexDirection: 'column', gap: '16px' } });

type Options = z.infer<typeof SignInOptionsOut>;

/** E-mail and password, and the organisation's own sign-in where there is one. */
export function SignInPage({ next, problem }: SignInSearch) {
  const { t } = useTranslation('people');
  const options = useQuery({
    queryKey: keys.signInOptions(),
    queryFn: ({ signal }) => api.get('/api/sign-in/options', answerOf<SignInOptionsOut>(), { signal }),
  });
  return (
    <OutsidePage title={t('signIn.title')}>
      {problem === 'session-ended' && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{t('signIn.ended')}</MessageBarBody>
        </MessageBar>
      )}
      {problem !== undefined && problem !== 'session-ended' && <Refused sentence={t('signIn.oidcFailed')} />}
      <Loaded query={options} loading={<Loading rows={3} />}>
        {(given) => <Ways options={given} next={leadsTo(next)} />}
      </Loaded>
    </OutsidePage>
  );
}

function Ways({ options, next }: { options: Options; next: string }) {
  const { t } = useTranslation('people');
  const { password, oidc, sandbox } = options;
  return (
    <>
      {oidc !== null && (
        <Button
          as="a"
          size="large"
          appearance={password ? 'secondary' : 'primary'}
          href={withQuery(oidc.url, { next: next === '/' ? undefined : next })}
        >
          {t('signIn.with', { name: oidc.name })}
        </Button>
      )}
      {oidc !== null && password && <Divider>{t('signIn.or')}</Divider>}
      {password && <PasswordForm next={next} />}
      {sandbox && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>{t('signIn.sandbox')}</MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}

function PasswordForm({ next }: { next: string }) {
  const { t } = useTranslation('people');
  const styles = useStyles();
  const whyRefused = useWhyRefused();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [touched, setTouched] = useState(false);
  const emailInput = useRef<HTMLInputElement>(null);
  const passwordInput = useRef<HTMLInputElement>(null);
  const signIn = useMutation({
    mutationFn: () => api.post('/api/sign-in/password', { email: email.trim(), password }),
    // A whole load: the page starts anew as this person.
    onSuccess: () => location.assign(next),
    onError: () => {
      setPassword('');
      passwordInput.current?.focus();
    },
  });
  useEffect(() => emailInput.current?.focus(), []);
  const leaving = signIn.isPending || signIn.isSuccess;
  return (
    <form
      noValidate
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        setTouched(true);
        if (!leaving && email.trim() !== '' && password !== '') signIn.mutate();
      }}
    >
      {signIn.isError && <Refused sentence={whyRefused(signIn.error)} />}
      <Field
        label={t('signIn.email')}
        required
        {...(touched && email.trim() === '' ? { validationMessage: t('person.emailMissing') } : {})}
      >
        <Input
          input={{ ref: emailInput }}
          type="email"
          size="large"
          value={email}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(_, { value }) => setEmail(value)}
        />
      </Field>
      <PasswordField
        label={t('signIn.password')}
        size="large"
        value={password}
        onChange={setPassword}
        autoComplete="current-password"
        inputRef={passwordInput}
        problem={touched && password === '' && !signIn.isError ? t('signIn.passwordMissing') : undefined}
      />
      <Button type="submit" size="large" appearance="primary" disabledFocusable={leaving}>
        {leaving ? t('signIn.signingIn') : t('signIn.submit')}
      </Button>
      <p style={{ textAlign: 'center' }}>{t('signIn.forgot')}</p>
    </form>
  );
}

export function Refused({ sentence }: { sentence: string }) {
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>{sentence}</MessageBarBody>
    </MessageBar>
  );
}
