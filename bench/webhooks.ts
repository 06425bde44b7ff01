import { createHmac } from 'node:crypto';
import autocannon from 'autocannon';

/** Signed webhooks as Meta sends them, each with an id of its own. */

export const SECRET = 'bench-app-secret';
export const PHONE_NUMBER_ID = '200300400500600';

let counter = 0;

/** Text messages from `people` customers in turn; about 700 bytes, as in the reference runs. */
export function textWebhook(people: number, text: string): { body: string; phone: string } {
  counter += 1;
  const phone = `1202${String(2_000_000 + (counter % people)).padStart(7, '0')}`;
  const long = `${text} ${'x'.repeat(Math.max(0, 240 - text.length))}`.slice(
    0,
    text.length === 4 ? 4 : undefined,
  );
  return { body: textFrom(phone, long), phone: `+${phone}` };
}

/** One text of the customer with this number, as digits. */
export function textFrom(phone: string, text: string): string {
  counter += 1;
  return JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: '100200300400500',
        changes: [
          {
            field: 'messages',
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '12025550100', phone_number_id: PHONE_NUMBER_ID },
              contacts: [{ profile: { name: 'Ana Ruiz' }, wa_id: phone, user_id: `US.${phone}` }],
              messages: [
                {
                  from: phone,
                  from_user_id: `US.${phone}`,
                  id: `wamid.bench.${process.pid}.${counter}`,
                  timestamp: String(Math.floor(Date.now() / 1000)),
                  type: 'text',
                  text: { body: text },
                },
              ],
            },
          },
        ],
      },
    ],
  });
}

export const sign = (body: string): string =>
  `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`;

export interface Load {
  perSecond: number;
  p50: number;
  p99: number;
  failed: number;
}

/** Closed loop: `connections` clients, each sends the next webhook when it has its answer. */
export async function load(url: string, seconds: number, connections: number, people = 2_000): Promise<Load> {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    requests: [
      {
        method: 'POST',
        setupRequest(request) {
          const { body } = textWebhook(people, 'Hello, is my order on its way?');
          return {
            ...request,
            body,
            headers: {
              ...request.headers,
              'content-type': 'application/json',
              'x-hub-signature-256': sign(body),
            },
          };
        },
      },
    ],
  });
  return {
    perSecond: result['2xx'] / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failed: result.non2xx + result.errors,
  };
}

/** The quantile of measured times. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
