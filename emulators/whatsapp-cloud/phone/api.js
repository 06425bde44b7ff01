/**
 * @typedef {{index: number, label: string, payload: string, description?: string, tapped: boolean}} Button
 * @typedef {{id: string, direction: 'in' | 'out', kind: string, text: string, header: string | null,
 *   footer: string | null, buttons: Button[], listLabel: string | null, replyTo: string | null,
 *   media: {id: string | null, link: string | null, mimeType: string, filename: string | null} | null,
 *   status: string, edited: boolean, revoked: boolean, at: string}} Message
 * @typedef {{phone: string, name: string, unread: number, lastMessage: Message | null, marketing: string,
 *   blocksBusiness: boolean, readReceipts: boolean, online: boolean}} Customer
 * @typedef {{verifiedName: string, displayPhoneNumber: string, now: string}} Business
 */

/**
 * Calls the emulator's control API. Throws an Error whose message a person can read.
 * @param {string} method
 * @param {string} path below `/emulator`
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function call(method, path, body) {
  let response;
  try {
    response = await fetch(`/emulator${path}`, {
      method,
      headers: {
        'x-requested-with': 'emulator-phone',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Error('No connection to the emulator. Is it running?');
  }
  const text = await response.text();
  const json = text.startsWith('{') ? JSON.parse(text) : {};
  if (!response.ok)
    throw new Error(json.error?.message ?? json.detail ?? `The emulator answered ${response.status}.`);
  return json;
}

/** @param {string} phone */
export const pathOf = (phone) => `/customers/${encodeURIComponent(phone)}`;
