import { z } from 'zod';
import type { Product } from './product.ts';

/** What a story asks the sandbox's API around the screens: whether the demo is played, and to clear what it set up. */

const Listed = z.object({ items: z.array(z.record(z.string(), z.unknown())) });

/** A call with the administrator's key; its answer is not a page's and needs no parsing beyond lists. */
export async function callApi(
  product: Product,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Response> {
  const answer = await fetch(`${product.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${product.adminApiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}

export async function listOf(product: Product, path: string): Promise<Record<string, unknown>[]> {
  return Listed.parse(await (await callApi(product, 'GET', path)).json()).items;
}

/** The demo's people are in their states once its last acts, a hold and a customer who wrote, were understood. */
export async function demoIsPlayed(product: Product): Promise<boolean> {
  const [held, granted, denied, chats] = await Promise.all([
    listOf(product, '/api/held'),
    listOf(product, '/api/records?consent=granted'),
    listOf(product, '/api/records?consent=denied'),
    listOf(product, '/api/conversations'),
  ]);
  // Grace twice, Sofía; Daniel; six conversations with Wendy's, who wrote first.
  return held.length > 0 && granted.length >= 3 && denied.length >= 1 && chats.length >= 6;
}

/** Takes Contact's templates and the record type itself away, as before its set-up. */
export async function clearContact(product: Product): Promise<void> {
  for (const { id, status } of await listOf(product, '/api/message-templates?recordType=contact'))
    if (status === 'published') await callApi(product, 'POST', `/api/message-templates/${String(id)}/retire`);
  await callApi(product, 'DELETE', '/api/record-types/contact');
}

/** Publishes a Utility Template for contacts, on one that WhatsApp approved. */
export async function publishReminder(product: Product, name: string): Promise<void> {
  const made = await callApi(product, 'POST', '/api/message-templates', {
    name,
    type: 'utility',
    recordType: 'contact',
    whatsappTemplate: { name: 'appointment_reminder', language: 'en' },
    bindings: {
      '1': { column: 'firstname', fallback: 'there' },
      '2': { text: 'Friday' },
      '3': { text: '10:00' },
    },
  });
  const { id } = z.object({ id: z.string() }).parse(await made.json());
  await callApi(product, 'POST', `/api/message-templates/${id}/publish`);
}
