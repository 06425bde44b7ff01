import { setTimeout as pause } from 'node:timers/promises';
import { escapeNonAscii } from '../../emulators/whatsapp-cloud/signature.ts';
import { openConnection } from '../load.ts';
import { sign, talkWebhook, textFrom, webhookWith } from '../webhooks.ts';
import { settled, storedOf } from './stored.ts';
import { kill, type Running, webhookUrl } from './systems.ts';

/** A text from one of `people` customers in turn, escaped as Meta sends it: a peer's check of signatures counts on that. */
export const nextWebhook = (people: number): string => escapeNonAscii(talkWebhook(people));

/** What a webhook's receiver should do with what is no ordinary webhook, asked of each system and looked up in its database. */

export interface Behaviour {
  /** The status of a body signed with another secret. */
  forged: number;
  /** Rows of that body. */
  forgedRows: number;
  /** Rows of a message whose webhook came three times, the third after the others. */
  redelivered: number;
  /** Of thirty messages in ten webhooks of three: how many stand there once, more than once, and not at all. */
  three: { once: number; more: number; lost: number };
}

const idOf = (body: string): string => /"id":"(wamid[^"]+)"/.exec(body)?.[1] ?? '';

async function post(running: Running, body: string, signature = sign(body)): Promise<number> {
  const { status } = await fetch(webhookUrl(running.system), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
    body,
  });
  return status;
}

export async function behaviour(running: Running): Promise<Behaviour> {
  const forgedBody = textFrom('12025550190', 'I never wrote this');
  const forged = await post(running, forgedBody, sign(`${forgedBody} `));

  const again = textFrom('12025550191', 'Once');
  await post(running, again);
  await post(running, again);
  await settled(running);
  await post(running, again);

  const ids: string[] = [];
  for (let turn = 0; turn < 10; turn += 1) {
    const three = threeOf(
      `1202555020${turn}`,
      `wamid.bench.three.${process.pid}.${running.system.port}.${turn}`,
    );
    ids.push(...three.ids);
    await post(running, three.body);
  }
  await settled(running);

  const found = await storedOf(running, [idOf(forgedBody), idOf(again), ...ids]);
  const rowsOf = (id: string): number => found.filter((one) => one === id).length;
  return {
    forged,
    forgedRows: rowsOf(idOf(forgedBody)),
    redelivered: rowsOf(idOf(again)),
    three: {
      once: ids.filter((id) => rowsOf(id) === 1).length,
      more: ids.filter((id) => rowsOf(id) > 1).length,
      lost: ids.filter((id) => rowsOf(id) === 0).length,
    },
  };
}

/** A webhook with three messages of one customer, as WhatsApp sends them after an outage of ours. */
function threeOf(phone: string, prefix: string): { ids: string[]; body: string } {
  const ids = [1, 2, 3].map((n) => `${prefix}.${n}`);
  const contacts = [{ profile: { name: 'Ana Ruiz' }, wa_id: phone, user_id: `US.${phone}` }];
  const messages = ids.map((id, n) => ({
    from: phone,
    from_user_id: `US.${phone}`,
    id,
    timestamp: String(Math.floor(Date.now() / 1000)),
    type: 'text',
    text: { body: `Message ${n + 1} of three` },
  }));
  return { ids, body: webhookWith('messages', { contacts, messages }) };
}

export interface Killed {
  acknowledged: number;
  lost: number;
}

/** Load that ends by `kill -9`; `again` brings the system up anew, and what it makes good then counts as kept. */
export async function killUnderLoad(
  running: Running,
  options: {
    connections: number;
    people: number;
    afterMs: number;
    again: (look: (running: Running) => Promise<string[]>) => Promise<string[]>;
  },
): Promise<Killed> {
  const acknowledged: string[] = [];
  let cut = false;
  const client = async (): Promise<void> => {
    const connection = await openConnection(webhookUrl(running.system));
    while (!cut) {
      const body = nextWebhook(options.people);
      // The connection goes away with the process: what was not answered by then was not acknowledged.
      const status = await connection.post(body).catch(() => null);
      if (status === null) break;
      if (status === 200) acknowledged.push(idOf(body));
    }
    connection.close();
  };
  const clients = Array.from({ length: options.connections }, client);
  await pause(options.afterMs);
  await kill(running);
  cut = true;
  await Promise.all(clients);
  const kept = new Set(
    await options.again(async (restarted) => {
      await settled(restarted);
      return storedOf(restarted, acknowledged);
    }),
  );
  return { acknowledged: acknowledged.length, lost: acknowledged.filter((id) => !kept.has(id)).length };
}
