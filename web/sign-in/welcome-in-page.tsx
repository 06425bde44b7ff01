import { Button, Field, Input, makeStyles } from '@fluentui/react-components';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { LinkInfoOut } from '../../src/http/schemas/people.ts';
import { ApiProblem, answerOf, api, withQuery } from '../ui/api.ts';
import { PasswordField } from '../ui/password-field.tsx';
import { keys } from '../ui/queries.ts';
import { ErrorState, Loading, sentenceOf } from '../ui/states.tsx';
import { OutsidePage } from './outside-page.tsx';
import { Refused } from './sign-in-page.tsx';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px' },
  hidden: { display: 'none' },
});

type Link = z.infer<typeof LinkInfoOut>;

/** Behind an invitation, a reset or the first set-up: who one is, and a password of one's own. */
export function WelcomeInPage({ token }: { token: string }) {
  const { t } = useTranslation('people');
  const link = useQuery({
    queryKey: keys.signInLink(token),
    queryFn: ({ signal }) =>
      api.get(withQuery('/api/sign-in/link', { token }), answerOf<LinkInfoOut>(), { signal }),
    enabled: token !== '',
    // Looked at once: after it is used it is no longer good, and the form must not give way to that.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  });
  if (link.data !== undefined) return <Accept token={token} link={link.data} />;
  const noLonger = token === '' || (link.error instanceof ApiProblem && link.error.code === 'link-not-good');
  if (noLonger) return <NotGood />;
  return (
    <OutsidePage title={t('welcomeIn.loading')}>
      {link.isError ? (
        <ErrorState error={link.error} onRetry={() => void link.refetch()} />
      ) : (
        <Loading rows={3} />
      )}
    </OutsidePage>
  );
}

function NotGood() {
  const { t } = useTranslation('people');
  return (
    <OutsidePage title={t('welcomeIn.notGood')} text={t('welcomeIn.notGoodText')}>
      <Button as="a" href="/sign-in" appearance="primary">
        {t('welcomeIn.toSignIn')}
      </Button>
    </OutsidePage>
  );
}

function Accept({ token, link }: { token: string; link: Link }) {
  const { t } = useTranslation('people');
  const styles = useStyles();
  const setup = link.purpose === 'setup';
  const [name, setName] = useState(setup ? '' : link.name);
  const [email, setEmail] = useState(link.email ?? '');
  const [password, setPassword] = useState('');
  const [touched, setTouched] = useState(false);
  const accept = useMutation({
    mutationFn: () =>
      api.post('/api/sign-in/link', {
        token,
        password,
        ...(setup ? { name: name.trim(), email: email.trim() } : {}),
      }),
    onSuccess: () => location.assign('/'),
  });
  const { error } = accept;
  if (error instanceof ApiProblem && error.code === 'link-not-good') return <NotGood />;
  const code = error instanceof ApiProblem ? error.code : '';
  // The server reads the address; its words for one it cannot read are a program's.
  const wrongEmail = error instanceof ApiProblem && error.problems.some(({ path }) => path === 'body.email');
  const problem = error === null ? undefined : wrongEmail ? t('person.emailWrong') : sentenceOf(error);
  const atPassword = code.startsWith('password-');
  const atEmail = code === 'email-taken' || wrongEmail;
  const missing = (value: string) => touched && value.trim() === '';
  const leaving = accept.isPending || accept.isSuccess;
  const title = {
    invitation: 'invitation',
    reset: 'reset',
    setup: 'setup',
    'sign-in': 'invitation',
  } as const;
  const purpose = title[link.purpose];
  return (
    <OutsidePage title={t(`welcomeIn.${purpose}.title`, link)} text={t(`welcomeIn.${purpose}.text`, link)}>
      <form
        noValidate
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          setTouched(true);
          const whole = !setup || (name.trim() !== '' && email.trim() !== '');
          if (!leaving && password !== '' && whole) accept.mutate();
        }}
      >
        {problem !== undefined && !atPassword && !atEmail && <Refused sentence={problem} />}
        {setup ? (
          <>
            <Field
              label={t('welcomeIn.name')}
              required
              {...(missing(name) ? { validationMessage: t('person.nameMissing') } : {})}
            >
              <Input
                size="large"
                value={name}
                maxLength={100}
                autoComplete="name"
                onChange={(_, { value }) => setName(value)}
              />
            </Field>
            <Field
              label={t('signIn.email')}
              required
              hint={t('welcomeIn.emailHint')}
              {...(atEmail && problem !== undefined ? { validationMessage: problem } : {})}
              {...(missing(email) ? { validationMessage: t('person.emailMissing') } : {})}
            >
              <Input
                type="email"
                size="large"
                value={email}
                maxLength={254}
                autoComplete="username"
                onChange={(_, { value }) => setEmail(value)}
              />
            </Field>
          </>
        ) : (
          // Tells a password manager whose password this is.
          <input
            className={styles.hidden}
            type="text"
            autoComplete="username"
            value={link.email ?? link.name}
            readOnly
            tabIndex={-1}
          />
        )}
        <PasswordField
          label={t('welcomeIn.password')}
          size="large"
          value={password}
          onChange={(typed) => {
            setPassword(typed);
            // What was wrong with the one before says nothing about this one.
            if (accept.isError) accept.reset();
          }}
          autoComplete="new-password"
          autoFocus={!setup}
          problem={atPassword ? problem : missing(password) ? t('signIn.passwordMissing') : undefined}
          chosenBy={[name, email]}
        />
        <Button type="submit" size="large" appearance="primary" disabledFocusable={leaving}>
          {leaving ? t('signIn.signingIn') : t(`welcomeIn.${purpose}.submit`)}
        </Button>
      </form>
    </OutsidePage>
  );
}
