export type HandshakeResult = {
  ok: boolean;
  httpStatus: number | null;
  body: string;
  problem: string | null;
};

/** Meta's check of a callback URL: 200 and the challenge alone, for our verify token. */
export async function handshake(
  url: string,
  verifyToken: string,
  challenge: string,
): Promise<HandshakeResult> {
  const target = new URL(url);
  target.searchParams.set('hub.mode', 'subscribe');
  target.searchParams.set('hub.challenge', challenge);
  target.searchParams.set('hub.verify_token', verifyToken);
  try {
    const response = await fetch(target, { redirect: 'manual', signal: AbortSignal.timeout(10_000) });
    const body = (await response.text()).slice(0, 1000);
    const problem =
      response.status !== 200
        ? `answered ${response.status}, not 200`
        : body === challenge
          ? null
          : 'the body is not the challenge alone';
    return { ok: problem === null, httpStatus: response.status, body, problem };
  } catch (error) {
    return {
      ok: false,
      httpStatus: null,
      body: '',
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}
