import { hash } from 'node:crypto';
import type { Context } from '../actions/context.ts';
import type { Delivery } from '../actions/ingest.ts';
import { parseWebhook } from '../adapters/whatsapp-cloud/parse-webhook.ts';
import { secretOfSignature } from '../adapters/whatsapp-cloud/signature.ts';
import type { Config } from '../config.ts';

/** Meta's own bound of a payload. */
export const MOST_BYTES = 3 * 1024 * 1024;

/** What a body of WhatsApp's says, where they signed it and it is JSON. */
export function readWebhook(
  ctx: Pick<Context, 'clock' | 'secrets'>,
  config: Pick<Config, 'whatsapp'>,
  body: Buffer,
  signature: string | string[] | undefined,
): Delivery | 'bad-signature' | 'invalid-json' {
  const header = typeof signature === 'string' ? signature : undefined;
  const secrets = [...config.whatsapp.appSecrets, ...ctx.secrets.appSecrets()];
  const signedWith = secretOfSignature(body, header, secrets);
  if (signedWith === null) return 'bad-signature';
  ctx.secrets.noteUse(signedWith);
  const receivedAt = ctx.clock();
  const json = parseJson(body.toString('utf8'));
  if (!json.ok) return 'invalid-json';
  return { updates: parseWebhook(json.value), bodySha256: hash('sha256', body, 'hex'), receivedAt };
}

export function parseJson(text: string): { ok: true; value: unknown } | { ok: false } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}
