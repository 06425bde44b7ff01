import type { Fault, Faults } from './faults.ts';
import type { PendingWork } from './pending-work.ts';
import { escapeNonAscii, signatureOf } from './signature.ts';
import type { Store } from './store.ts';

/** One change to tell the business. Updates of one `key` keep their order on the first attempt. */
export type Update = {
  field: string;
  key: string;
  addresses: readonly string[];
  /** `entry[].time` in seconds, where Meta sends it. */
  time?: number;
  value: Readonly<Record<string, unknown>>;
  status?: string | undefined;
  type?: string | undefined;
};

export type Attempt = {
  at: string;
  url: string;
  httpStatus: number | null;
  error: string | null;
  ms: number;
};
export type Delivery = {
  id: number;
  key: string;
  at: string;
  state: 'pending' | 'delivered' | 'given-up' | 'dropped';
  redeliveryOf: number | null;
  attempts: Attempt[];
  body: string;
};

export type RetrySchedule = { firstMs: number; maxMs: number; giveUpMs: number };

export type Webhooks = {
  readonly tell: (update: Update) => void;
  readonly setUrl: (url: string | undefined) => void;
  readonly url: () => string | undefined;
  /** The last 1,000 deliveries, oldest first. */
  readonly log: () => readonly Delivery[];
  readonly redeliver: (id: number) => Delivery | null;
  /** Sends what out-of-order and batch faults still keep back. */
  readonly flush: () => void;
  readonly resume: () => void;
  readonly forget: () => void;
  readonly close: () => void;
};

type Job = { delivery: Delivery; faultKind: Fault['kind'] | null; startedAt: number; release: () => void };

const answerWithinMs = 10_000;
const atOnce = 32;
const logLength = 1000;

/**
 * Posts webhooks as Meta does: success is 200 alone, everything else is tried again with growing intervals.
 * Meta goes on for 7 days; here that is scaled down. Without a URL updates wait for one.
 */
export function createWebhooks(deps: {
  store: Store;
  faults: Faults;
  work: PendingWork;
  now: () => number;
  account: string;
  appSecret: string;
  url: string | undefined;
  retry: RetrySchedule;
  log: (line: string) => void;
}): Webhooks {
  let url = deps.url;
  let stop = new AbortController();
  let nextId = 1 + Math.max(0, ...deps.store.pending.keys());
  let active = 0;
  const lanes = new Map<string, Job[]>();
  const ready: string[] = [];
  const open = new Set<Job>();
  const recent = new Map<number, Delivery>();
  let waiting: Delivery[] = [];
  const groups = new Map<number, { fault: Fault; updates: Update[]; callOff: () => void }>();

  const remember = (delivery: Delivery): void => {
    recent.set(delivery.id, delivery);
    if (recent.size > logLength)
      for (const id of recent.keys()) {
        recent.delete(id);
        break;
      }
  };

  const enqueue = (job: Job): void => {
    const lane = lanes.get(job.delivery.key);
    if (lane) lane.push(job);
    else {
      lanes.set(job.delivery.key, [job]);
      ready.push(job.delivery.key);
    }
    pump();
  };

  const pump = (): void => {
    while (active < atOnce) {
      const key = ready.shift();
      if (key === undefined) return;
      const job = lanes.get(key)?.shift();
      if (!job) {
        lanes.delete(key);
        continue;
      }
      active += 1;
      void attempt(job).finally(() => {
        active -= 1;
        if (lanes.get(key)?.length) ready.push(key);
        else lanes.delete(key);
        pump();
      });
    }
  };

  const settle = (job: Job, state: 'delivered' | 'given-up'): void => {
    job.delivery.state = state;
    deps.store.put({ t: 'pending-gone', id: job.delivery.id });
    open.delete(job);
    job.release();
  };

  const attempt = async (job: Job): Promise<void> => {
    const { delivery } = job;
    const signal = stop.signal;
    const target = url;
    if (signal.aborted) return;
    if (target === undefined) {
      waiting.push(delivery);
      open.delete(job);
      return job.release();
    }
    const started = Date.now();
    const fault = job.faultKind;
    job.faultKind = null;
    const entry: Attempt = {
      at: new Date(deps.now()).toISOString(),
      url: target,
      httpStatus: null,
      error: null,
      ms: 0,
    };
    try {
      if (fault === 'cut-before') throw new Error('fault: connection cut before the request');
      const secret = fault === 'bad-signature' ? `not ${deps.appSecret}` : deps.appSecret;
      const response = await fetch(target, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'facebookexternalua',
          'x-hub-signature-256': signatureOf(delivery.body, secret),
        },
        body: delivery.body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
      });
      await response.arrayBuffer();
      if (fault === 'cut-after') throw new Error(`fault: the answer ${response.status} was lost`);
      entry.httpStatus = response.status;
    } catch (error) {
      entry.error = error instanceof Error ? describe(error) : String(error);
    }
    if (signal.aborted) return;
    entry.ms = Date.now() - started;
    delivery.attempts.push(entry);
    if (delivery.attempts.length > 50) delivery.attempts.splice(1, 1);
    if (entry.httpStatus === 200) return settle(job, 'delivered');
    // A forged signature is refused for good reason: sending it again would only repeat the refusal.
    if (fault === 'bad-signature') return settle(job, 'given-up');
    const elapsed = Date.now() - job.startedAt;
    const wait = Math.min(
      deps.retry.maxMs,
      deps.retry.firstMs * 2 ** Math.min(20, delivery.attempts.length - 1),
    );
    if (elapsed + wait > deps.retry.giveUpMs) {
      deps.log(`webhook ${delivery.id} given up after ${delivery.attempts.length} attempts`);
      return settle(job, 'given-up');
    }
    deps.log(`webhook ${delivery.id}: ${entry.httpStatus ?? entry.error}; again in ${wait} ms`);
    deps.work.after(wait, () => enqueue(job));
  };

  const start = (delivery: Delivery, faultKind: Fault['kind'] | null): void => {
    if (url === undefined) {
      waiting.push(delivery);
      return;
    }
    const job = { delivery, faultKind, startedAt: Date.now(), release: deps.work.hold() };
    open.add(job);
    enqueue(job);
  };

  const post = (updates: readonly Update[], faultKind: Fault['kind'] | null): Delivery => {
    const json = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: entriesOf(updates, deps.account),
    });
    return postBody(
      faultKind === 'unescaped' ? json : escapeNonAscii(json),
      updates[0]?.key ?? '',
      faultKind,
      null,
    );
  };

  const postBody = (
    body: string,
    key: string,
    faultKind: Fault['kind'] | null,
    redeliveryOf: number | null,
  ): Delivery => {
    const id = nextId++;
    const at = deps.now();
    deps.store.put({ t: 'pending', v: { id, at, key, body } });
    const delivery: Delivery = {
      id,
      key,
      at: new Date(at).toISOString(),
      state: 'pending',
      redeliveryOf,
      attempts: [],
      body,
    };
    remember(delivery);
    start(delivery, faultKind);
    return delivery;
  };

  const sendGroup = (id: number): void => {
    const group = groups.get(id);
    if (!group) return;
    groups.delete(id);
    if (group.fault.kind === 'batch') post(group.updates, null);
    else {
      const [first] = group.updates;
      for (const update of group.updates.reverse())
        post([{ ...update, key: first?.key ?? update.key }], null);
    }
    group.callOff();
  };

  const keepBack = (fault: Fault, last: boolean, update: Update): void => {
    let group = groups.get(fault.id);
    if (!group) {
      const callOff = deps.work.after(fault.delayMs ?? 1000, () => sendGroup(fault.id));
      group = { fault, updates: [], callOff };
      groups.set(fault.id, group);
    }
    group.updates.push(update);
    if (last) sendGroup(fault.id);
  };

  const stopAll = (): void => {
    stop.abort();
    for (const job of open) job.release();
    open.clear();
    lanes.clear();
    ready.length = 0;
    for (const group of groups.values()) group.callOff();
    groups.clear();
    waiting = [];
  };

  return {
    tell: (update) => {
      const struck = deps.faults.take({ ...update, scope: 'webhook' });
      if (!struck) {
        post([update], null);
        return;
      }
      const { fault, last } = struck;
      switch (fault.kind) {
        case 'drop':
          remember({
            id: nextId++,
            key: update.key,
            at: new Date(deps.now()).toISOString(),
            state: 'dropped',
            redeliveryOf: null,
            attempts: [],
            body: escapeNonAscii(
              JSON.stringify({
                object: 'whatsapp_business_account',
                entry: entriesOf([update], deps.account),
              }),
            ),
          });
          return;
        case 'late':
          deps.work.after(fault.delayMs ?? 2000, () => post([update], null));
          return;
        case 'duplicate':
          post([update], null);
          // A key of its own, so that both copies may arrive within the same millisecond.
          post([{ ...update, key: `${update.key} again` }], null);
          return;
        case 'out-of-order':
        case 'batch':
          keepBack(fault, last, update);
          return;
        default:
          post([update], fault.kind);
      }
    },
    setUrl: (next) => {
      url = next;
      if (url === undefined) return;
      const held = waiting;
      waiting = [];
      for (const delivery of held) start(delivery, null);
    },
    url: () => url,
    log: () => [...recent.values()],
    redeliver: (id) => {
      const earlier = recent.get(id);
      return earlier ? postBody(earlier.body, earlier.key, null, id) : null;
    },
    flush: () => {
      for (const id of [...groups.keys()]) sendGroup(id);
    },
    resume: () => {
      for (const { id, at, key, body } of deps.store.pending.values()) {
        const delivery: Delivery = {
          id,
          key,
          at: new Date(at).toISOString(),
          state: 'pending',
          redeliveryOf: null,
          attempts: [],
          body,
        };
        remember(delivery);
        start(delivery, null);
      }
    },
    forget: () => {
      stopAll();
      stop = new AbortController();
      recent.clear();
    },
    close: stopAll,
  };
}

/** Updates as Meta batches them: neighbours of one kind share a change, the rest are changes and entries. */
function entriesOf(updates: readonly Update[], account: string): object[] {
  const changes: Update[] = [];
  for (const update of updates) {
    const previous = changes.at(-1);
    const merged = previous && mergedValue(previous, update);
    if (previous && merged) changes[changes.length - 1] = { ...previous, value: merged };
    else changes.push(update);
  }
  const entries: { id: string; time?: number; changes: object[] }[] = [];
  for (const { field, value, time } of changes) {
    const change = { field, value };
    const previous = entries.at(-1);
    if (previous && previous.time === time && previous.changes.length < 2) previous.changes.push(change);
    else entries.push({ id: account, ...(time === undefined ? {} : { time }), changes: [change] });
  }
  return entries;
}

function mergedValue(a: Update, b: Update): Record<string, unknown> | null {
  if (a.field !== 'messages' || b.field !== 'messages' || a.key !== b.key) return null;
  for (const list of ['messages', 'statuses']) {
    const [left, right] = [a.value[list], b.value[list]];
    if (Array.isArray(left) && Array.isArray(right) && a.value.errors === undefined)
      return { ...a.value, [list]: [...left, ...right] };
  }
  return null;
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.name}: ${error.message}${cause}`;
}
