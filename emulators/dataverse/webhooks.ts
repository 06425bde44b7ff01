import { randomUUID } from 'node:crypto';
import type { Call } from './call.ts';
import { lookupOf } from './catalogue.ts';
import type { Column, Row, Table, Value } from './model.ts';
import { changeOf, messageId, payloadOf } from './webhook-payload.ts';
import { stamp, type World } from './world.ts';
import { insertRow } from './write.ts';

/** One attempt to tell somebody. */
export type Delivery = {
  at: string;
  step: string;
  url: string;
  message: string;
  table: string;
  id: string;
  body: string;
  headers: Record<string, string>;
  /** The answer's status, 0 without one. */
  status: number;
  error: string | null;
};
export type Webhooks = {
  /** A committed change, to every step that is registered for it. */
  readonly tell: (
    call: Call,
    message: 'Create' | 'Update' | 'Delete' | 'Merge',
    table: Table,
    row: Row,
    changed: ReadonlyMap<Column, Value>,
  ) => void;
  readonly log: () => readonly Delivery[];
  readonly clear: () => void;
};

const RETRIED = [502, 503, 504];
const KEPT = 1000;

/**
 * Posts as asynchronous steps do: no order promised, one more attempt after 502, 503 and 504, otherwise a failed system
 * job. https://learn.microsoft.com/power-apps/developer/data-platform/use-webhooks
 */
export function createWebhooks(world: () => World): Webhooks {
  let deliveries: Delivery[] = [];
  let held: (() => void)[] = [];

  const post = async (
    step: Row,
    endpoint: Row,
    request: Omit<Delivery, 'status' | 'error' | 'at'>,
  ): Promise<void> => {
    const { settings, now, work } = world();
    const release = work.hold();
    try {
      let last: Delivery | null = null;
      for (const attempt of [1, 2]) {
        last = await once(request, endpoint, settings().webhookTimeoutMs, settings().webhookPorts, now());
        deliveries.push(last);
        if (deliveries.length > KEPT * 2) deliveries = deliveries.slice(-KEPT);
        if (!RETRIED.includes(last.status) || attempt === 2) break;
      }
      if (last && (last.status < 200 || last.status > 299))
        insertRow(world(), 'asyncoperation', randomUUID(), {
          name: String(step.values.name ?? ''),
          statecode: 3,
          statuscode: 31,
          errorcode: -2147220891,
          friendlymessage:
            'The webhook call failed because the http request has invalid response or timed out.',
          message: last.error ?? `The webhook answered ${last.status}.`,
          completedon: stamp(now()),
          owningextensionid: `sdkmessageprocessingstep/${step.id}`,
        });
    } finally {
      release();
    }
  };

  return {
    tell: (call, message, table, row, changed) => {
      const { store, faults, settings, work } = world();
      for (const step of stepsFor(world(), message, table, changed)) {
        const endpoint = store.rows('serviceendpoint').get(lookupOf(step.values.eventhandler)?.id ?? '');
        if (endpoint?.values.contract !== 8) continue;
        const change = changeOf(call, message, table, row, changed, {
          operationId: randomUUID(),
          correlationId: randomUUID(),
        });
        const whole = payloadOf(change, step.id, true);
        const tooLarge = Buffer.byteLength(whole) > settings().webhookMaxBytes;
        const request = {
          step: step.id,
          message,
          table: table.name,
          id: row.id,
          body: tooLarge ? payloadOf(change, step.id, false) : whole,
          headers: {
            'content-type': 'application/json; charset=utf-8',
            'x-ms-dynamics-organization': new URL(call.origin).host,
            'x-ms-dynamics-entity-name': table.name,
            'x-ms-dynamics-request-name': message,
            'x-ms-correlation-request-id': change.correlationId,
            ...(tooLarge ? { 'x-ms-dynamics-msg-size-exceeded': 'true' } : {}),
            ...secretHeaders(endpoint),
          },
          url: addressOf(endpoint),
        };
        const go = (): void => void post(step, endpoint, request);
        const fault = faults.take({ scope: 'webhook', method: 'POST', url: request.url });
        switch (fault?.kind) {
          case 'drop':
            break;
          case 'duplicate':
            go();
            go();
            break;
          case 'late':
            work.after(fault.delayMs, go);
            break;
          case 'out-of-order':
            // Goes right after the next one.
            held.push(go);
            break;
          default:
            go();
            for (const waiting of held.splice(0)) waiting();
        }
      }
    },
    log: () => deliveries.slice(-KEPT),
    clear: () => {
      deliveries = [];
      held = [];
    },
  };
}

function stepsFor(world: World, message: string, table: Table, changed: ReadonlyMap<Column, Value>): Row[] {
  const { store } = world;
  return [...store.rows('sdkmessageprocessingstep').inIdOrder()].filter((step) => {
    if (step.values.statecode === 1 || step.values.mode !== 1) return false;
    if (lookupOf(step.values.sdkmessageid)?.id !== messageId(message)) return false;
    const filter = store.rows('sdkmessagefilter').get(lookupOf(step.values.sdkmessagefilterid)?.id ?? '');
    if (filter && filter.values.primaryobjecttypecode !== table.name) return false;
    const watched = String(step.values.filteringattributes ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    if (message !== 'Update' || watched.length === 0) return true;
    return [...changed.keys()].some((column) => watched.includes(column.name));
  });
}

/** `authtype` 4 adds `?code=`, 6 other query parameters. */
function addressOf(endpoint: Row): string {
  const text = String(endpoint.values.url ?? '');
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  const secret = String(endpoint.values.authvalue ?? '');
  if (endpoint.values.authtype === 4) url.searchParams.set('code', secret);
  if (endpoint.values.authtype === 6)
    for (const [name, value] of settingsIn(secret)) url.searchParams.set(name, value);
  return url.href;
}

function secretHeaders(endpoint: Row): Record<string, string> {
  if (endpoint.values.authtype !== 5) return {};
  return Object.fromEntries(settingsIn(String(endpoint.values.authvalue ?? '')));
}

function settingsIn(xml: string): [string, string][] {
  return [...xml.matchAll(/<setting name="([^"]*)" value="([^"]*)"/g)].map((found) => [
    found[1] ?? '',
    found[2] ?? '',
  ]);
}

async function once(
  request: Omit<Delivery, 'status' | 'error' | 'at'>,
  endpoint: Row,
  timeoutMs: number,
  ports: readonly number[] | null,
  now: number,
): Promise<Delivery> {
  const done = (status: number, error: string | null): Delivery => ({
    ...request,
    at: new Date(now).toISOString(),
    status,
    error,
  });
  if (!URL.canParse(request.url)) return done(0, `${String(endpoint.values.url)} is no URL.`);
  const { port, protocol } = new URL(request.url);
  const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  if (ports !== null && !ports.includes(number)) return done(0, `Port ${number} is not allowed.`);
  try {
    const response = await fetch(request.url, {
      method: 'POST',
      headers: request.headers,
      body: request.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.arrayBuffer();
    return done(response.status, null);
  } catch (error) {
    return done(0, error instanceof Error ? error.message : String(error));
  }
}
