import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { EmbedTokenOut } from '../../src/http/schemas/embed.ts';
import { ApiProblem, answerOf, api } from '../ui/api.ts';
import { keepFrameToken } from '../ui/frame.ts';
import { announceSignedIn, useSignedOut } from '../ui/session.ts';
import { hostOrigin } from './host.ts';
import { isFromWindow, type Request, type Token } from './messages.ts';

/** A token is renewed this long before it ends, ms, */
const AHEAD = 3 * 60_000;
/** and after a failed try again this soon. */
const RETRY = 15_000;
const SIZE = 'popup,width=520,height=720';

/** Whether the frame has a token, and for which application around it. */
type State = { at: 'out'; blocked: boolean } | { at: 'in'; origin: string };

/**
 * Signs the frame in by a window of our own origin, where the session's cookie is sent. The token comes by a message,
 * stays in memory, and is renewed while the session stands.
 */
export function useFrameSignIn() {
  const client = useQueryClient();
  const signedOut = useSignedOut();
  const [state, setState] = useState<State>({ at: 'out', blocked: false });
  const [ended, setEnded] = useState(false);
  const asked = useRef<{ by: Window; nonce: string } | null>(null);
  const renewal = useRef<ReturnType<typeof setTimeout>>(undefined);

  const keep = useCallback(({ token, life, origin }: Token) => {
    keepFrameToken(token);
    const renew = () =>
      void api
        .post('/api/embed-tokens/renew', undefined, answerOf<EmbedTokenOut>())
        .then(keep, (error: unknown) => {
          // A session that is over has said so to the whole page (`useSignedOut`).
          if (!(error instanceof ApiProblem) || error.status !== 401)
            renewal.current = setTimeout(renew, RETRY);
        });
    clearTimeout(renewal.current);
    renewal.current = setTimeout(renew, Math.max(life - AHEAD, life / 2));
    setState({ at: 'in', origin });
  }, []);

  useEffect(() => {
    const hear = ({ source, origin, data }: MessageEvent<unknown>) => {
      const { current } = asked;
      if (current === null || source !== current.by || origin !== location.origin) return;
      const said = isFromWindow(data) ? data : undefined;
      if (said?.type === 'assent:ready') {
        const request: Request = { type: 'assent:request', nonce: current.nonce, origin: hostOrigin() ?? '' };
        current.by.postMessage(request, location.origin);
      } else if (said?.nonce === current.nonce) {
        asked.current = null;
        // Somebody else may have sat here before.
        client.clear();
        announceSignedIn();
        setEnded(false);
        keep(said);
      }
    };
    window.addEventListener('message', hear);
    return () => window.removeEventListener('message', hear);
  }, [client, keep]);

  useEffect(() => {
    if (!signedOut) return;
    keepFrameToken(null);
    clearTimeout(renewal.current);
    setState({ at: 'out', blocked: false });
    setEnded(true);
  }, [signedOut]);
  useEffect(() => () => clearTimeout(renewal.current), []);

  return {
    state,
    /** The session is over that stood before. */
    ended,
    /** Only in the handler of a click: browsers hold other windows back. */
    signIn: () => {
      const by = window.open('/embed/sign-in', 'assent-sign-in', SIZE);
      asked.current = by === null ? null : { by, nonce: crypto.randomUUID() };
      setState({ at: 'out', blocked: by === null });
    },
  };
}
