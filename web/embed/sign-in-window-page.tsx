import { useMutation, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MeOut } from '../../src/http/schemas/administration.ts';
import type { EmbedTokenOut } from '../../src/http/schemas/embed.ts';
import { ApiProblem, answerOf, api } from '../ui/api.ts';
import { useFollowPerson } from '../ui/follow-person.ts';
import { usePageTitle } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { EmptyState, ErrorState, Loading } from '../ui/states.tsx';
import { type FromWindow, isRequest, type Request } from './messages.ts';

/**
 * The window that a frame opens to sign in: here the session's cookie is sent. Once somebody is signed in, by whatever
 * way, it gets a token for the frame, hands it over and closes.
 */
export function SignInWindowPage({ signIn }: { signIn: ReactNode }) {
  const { t } = useTranslation('embed');
  const request = useRequest();
  const me = useQuery({
    queryKey: keys.me(),
    queryFn: ({ signal }) => api.get('/api/me', answerOf<MeOut>(), { signal }),
    // Whoever comes back from a sign-in link in another tab is signed in.
    staleTime: 0,
  });
  if (me.data !== undefined) return <HandOver person={me.data} request={request} />;
  if (me.error instanceof ApiProblem && me.error.status === 401) return signIn;
  return (
    <Whole title={t('window.title')}>
      {me.isError ? <ErrorState error={me.error} onRetry={() => void me.refetch()} /> : <Loading rows={3} />}
    </Whole>
  );
}

function HandOver({ person, request }: { person: MeOut; request: Request | null }) {
  const { t } = useTranslation('embed');
  useFollowPerson(person);
  const token = useMutation({
    mutationFn: ({ origin }: Request) => api.post('/api/embed-tokens', { origin }, answerOf<EmbedTokenOut>()),
    onSuccess: (issued, { nonce }) => {
      tellOpener({ type: 'assent:token', nonce, ...issued });
      window.close();
    },
  });
  const { mutate } = token;
  useEffect(() => {
    if (request !== null) mutate(request);
  }, [request, mutate]);
  return (
    <Whole title={t('window.signedIn')}>
      {token.isError ? (
        <ErrorState
          title={t('window.failed')}
          error={token.error}
          {...(request === null ? {} : { onRetry: () => mutate(request) })}
        />
      ) : (
        t(token.isSuccess ? 'window.done' : 'window.goBack')
      )}
    </Whole>
  );
}

function Whole({ title, children }: { title: string; children: ReactNode }) {
  usePageTitle(title);
  return (
    <main>
      <EmptyState heading="h1" title={title} action={typeof children === 'string' ? undefined : children}>
        {typeof children === 'string' ? children : undefined}
      </EmptyState>
    </main>
  );
}

/** What the frame that opened this window asks for; null while there is none, or it is not ours. */
function useRequest(): Request | null {
  const [request, setRequest] = useState<Request | null>(null);
  useEffect(() => {
    const hear = ({ source, origin, data }: MessageEvent<unknown>) => {
      if (source === null || source !== window.opener || origin !== location.origin) return;
      if (isRequest(data)) setRequest(data);
    };
    window.addEventListener('message', hear);
    tellOpener({ type: 'assent:ready' });
    return () => window.removeEventListener('message', hear);
  }, []);
  return request;
}

/** The browser delivers it only where the opener is a page of ours. */
function tellOpener(message: FromWindow): void {
  const opener: unknown = window.opener;
  if (opener === null) return;
  window.opener.postMessage(message, location.origin);
}
