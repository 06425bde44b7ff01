import { createHmac } from 'node:crypto';

/** Everything above U+007F as `\uXXXX` in lower-case hex, per UTF-16 unit: the text that Meta signs. */
export function escapeNonAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Value of `X-Hub-Signature-256` for exactly this body. */
export function signatureOf(body: string, appSecret: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(body, 'utf8').digest('hex')}`;
}
