import { timingSafeEqual } from 'node:crypto';

/** Calls our own webhook address as Meta does at set-up: shows whether it is reachable and knows the verify token. */
export async function checkWebhook(
  publicUrl: string,
  verifyToken: string,
): Promise<{ ok: boolean; detail: string }> {
  const challenge = String(Date.now());
  const url = new URL('/webhooks/whatsapp', publicUrl);
  url.searchParams.set('hub.mode', 'subscribe');
  url.searchParams.set('hub.challenge', challenge);
  url.searchParams.set('hub.verify_token', verifyToken);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: 'error' });
    const body = Buffer.from(await response.text());
    const same = body.length === challenge.length && timingSafeEqual(body, Buffer.from(challenge));
    if (response.status === 200 && same)
      return { ok: true, detail: 'The webhook address answers as WhatsApp expects.' };
    return {
      ok: false,
      detail: `The webhook address answered ${response.status}, and not with the challenge.`,
    };
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return {
      ok: false,
      detail: `The webhook address cannot be reached: ${cause}. Check PUBLIC_URL and your proxy.`,
    };
  }
}
