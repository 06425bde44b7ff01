import { createHmac, timingSafeEqual } from 'node:crypto';

const PREFIX = 'sha256=';

/**
 * Whether Meta signed this body: `X-Hub-Signature-256` is `sha256=` and the hex HMAC-SHA256 of the bytes as they
 * arrived, keyed with the app secret. The bytes matter: Meta signs JSON with every non-ASCII character escaped, and the
 * same document written again in plain UTF-8 has another signature.
 *
 * Any of `appSecrets` may have signed, so that a secret can be changed without losing a webhook. No secret at all, or
 * an empty one, verifies nothing: it fails closed.
 *
 * Kapso's `verifySignature` knows one secret only, and an empty one passes with it.
 *
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/create-webhook-endpoint
 */
export function verifySignature(
  rawBody: Uint8Array,
  header: string | undefined,
  appSecrets: readonly string[],
): boolean {
  return secretOfSignature(rawBody, header, appSecrets) !== null;
}

/** The same, answering which of the secrets signed; null where none did. */
export function secretOfSignature(
  rawBody: Uint8Array,
  header: string | undefined,
  appSecrets: readonly string[],
): string | null {
  if (!header?.startsWith(PREFIX)) return null;
  const given = Buffer.from(header.slice(PREFIX.length), 'latin1');
  let signed: string | null = null;
  for (const secret of appSecrets) {
    if (secret === '') continue;
    const expected = Buffer.from(createHmac('sha256', secret).update(rawBody).digest('hex'), 'latin1');
    if (given.length === expected.length && timingSafeEqual(given, expected)) signed ??= secret;
  }
  return signed;
}
