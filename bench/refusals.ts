import pg from 'pg';
import { z } from 'zod';
import { type Connection, openConnection } from './load.ts';
import { textFrom, webhookWith } from './webhooks.ts';

/**
 * What a number of 80 messages a second asks of us (320 webhooks a second: three statuses for each message sent, and what
 * customers write), in an open loop: a webhook is due when it is due, however late the answers are. One in twenty is a
 * refusal; its time ends when another connection reads the changed field and the API says that the gate is closed.
 */

export interface UnderLoad {
  perSecond: number;
  webhooks: number[];
  /** From the moment a refusal was due to the field read as No and the gate as closed. */
  closed: number[];
  failed: number;
}

const FIELD = 'assent_allowwhatsapp';
const Gate = z.object({ freeText: z.object({ allowed: z.boolean(), reason: z.string().optional() }) });
const Made = z.object({ id: z.string() });

interface Server {
  url: string;
  database: string;
  key: string;
}

export async function refusalsUnderLoad(server: Server, seconds: number, rate: number): Promise<UnderLoad> {
  const { refusers, statuses } = await prepare(server, seconds, rate);
  const reader = new pg.Client({ connectionString: server.database });
  await reader.connect();
  const free = await Promise.all(
    Array.from({ length: 128 }, () => openConnection(`${server.url}/webhooks/whatsapp`)),
  );
  const all = [...free];
  const result: UnderLoad = { perSecond: 0, webhooks: [], closed: [], failed: 0 };

  const send = async (body: string, due: number): Promise<boolean> => {
    const connection: Connection | undefined = free.pop();
    if (connection === undefined) throw new Error('more than 128 webhooks under way');
    const status = await connection.post(body);
    free.push(connection);
    result.webhooks.push(performance.now() - due);
    if (status !== 200) result.failed += 1;
    return status === 200;
  };
  const refuse = async ({ phone, id }: Refuser, due: number): Promise<void> => {
    if (!(await send(textFrom(phone, 'STOP'), due))) return;
    while (!(await isClosed(server, reader, id)));
    result.closed.push(performance.now() - due);
  };

  const began = performance.now();
  const work: Promise<unknown>[] = [];
  for (let n = 0; n < seconds * rate; n += 1) {
    const due = began + (n * 1_000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const refuser = n % 20 === 7 ? refusers.pop() : undefined;
    const status = n % 20 < 12 ? statuses.shift() : undefined;
    if (refuser !== undefined) work.push(refuse(refuser, due));
    else if (status !== undefined) work.push(send(status, due));
    else work.push(send(textFrom(`1405${2_000_000 + (n % 900)}`, `Where is order ${n}, please?`), due));
  }
  await Promise.all(work);
  result.perSecond = result.webhooks.length / ((performance.now() - began) / 1_000);
  for (const connection of all) connection.close();
  await reader.end();
  return result;
}

interface Refuser {
  /** Digits, as WhatsApp names them. */
  phone: string;
  /** Their record. */
  id: string;
}

/** Records of people who agreed, and messages of ours with the statuses that will come of them. */
async function prepare(
  server: Server,
  seconds: number,
  rate: number,
): Promise<{ refusers: Refuser[]; statuses: string[] }> {
  await ask(server, 'PUT', '/api/record-types/contact', {
    displayName: 'Contact',
    phoneColumns: ['mobilephone'],
    nameColumn: 'fullname',
    complianceField: FIELD,
    defaultCountry: 'US',
  });
  const refusers: Refuser[] = [];
  for (let n = 0; n < Math.ceil((seconds * rate) / 20); n += 1) {
    const phone = `1404${2_000_000 + n}`;
    const values = { fullname: `Refuser ${n}`, mobilephone: `+${phone}`, [FIELD]: true };
    const { id } = Made.parse(await ask(server, 'POST', '/api/records/contact', { values }));
    refusers.push({ phone, id });
  }
  const connection = await openConnection(`${server.url}/webhooks/whatsapp`);
  const sent = Array.from({ length: Math.ceil((seconds * rate * 0.6) / 3) }, (_, n) => ({
    to: `1406${2_000_000 + n}`,
    id: `wamid.bench.sent.${process.pid}.${n}`,
  }));
  const timestamp = String(Math.floor(Date.now() / 1_000));
  for (let first = 0; first < sent.length; first += 100) {
    const echoes = sent.slice(first, first + 100).map(({ to, id }) => ({
      from: '12025550100',
      to,
      id,
      timestamp,
      type: 'text',
      text: { body: 'Hello' },
    }));
    await connection.post(webhookWith('smb_message_echoes', { message_echoes: echoes }));
  }
  connection.close();
  const statuses = (['sent', 'delivered', 'read'] as const).flatMap((status) =>
    sent.map(({ to, id }) =>
      webhookWith('messages', { statuses: [{ id, status, timestamp, recipient_id: to }] }),
    ),
  );
  return { refusers, statuses };
}

async function isClosed(server: Server, reader: pg.Client, id: string): Promise<boolean> {
  const { rows } = await reader.query<{ value: string | null }>(
    `select data ->> '${FIELD}' as value from crm_record where table_name = 'contact' and id = $1`,
    [id],
  );
  if (rows[0]?.value !== 'false') return false;
  const { freeText } = Gate.parse(
    await ask(server, 'GET', `/api/sendable?recordType=contact&recordId=${id}`, undefined),
  );
  return !freeText.allowed && freeText.reason === 'consent-denied';
}

async function ask({ url, key }: Server, method: string, path: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
