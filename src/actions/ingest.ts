import type { Update } from '../core/update.ts';
import type { Context } from './context.ts';
import { storeDeliveries } from './store-deliveries.ts';
import type { SpanRef } from './tracer.ts';

/** One verified webhook request, split into its updates. */
export interface Delivery {
  updates: { update: Update; raw: unknown }[];
  /** SHA-256 of the body as it came, hex: evidence. */
  bodySha256: string;
  receivedAt: number;
}

export interface Ingest {
  /** Resolves when every update of the delivery is stored for good; rejects when nothing is. */
  submit(delivery: Delivery): Promise<void>;
}

/** Requests that share a commit; more would only make the first wait longer. */
const MOST_TOGETHER = 200;
/**
 * Under load the writer waits this long for those it has just answered to send their next: half as many, fuller commits
 * took two thirds of the time per webhook. Where fewer than `CROWD` were answered, nobody waits.
 */
const GATHER_MS = 2;
const CROWD = 8;

interface Waiting {
  delivery: Delivery;
  /** The request's. */
  span: SpanRef | null;
  done: () => void;
  failed: (error: unknown) => void;
}

/**
 * The group-commit writer: one transaction at a time per node, holding all that arrived while the one before committed.
 * It stores each update once, decides it in the same transaction, and commits before anybody is told 200.
 */
export function createIngest(ctx: Context): Ingest {
  let queue: Waiting[] = [];
  let writing = false;
  /** How many the last commit answered and how many waited meanwhile; when, by the process's own clock. */
  let last = { answered: 0, waiting: 0, at: 0 };
  let gathering: { until: number; enough: () => void } | null = null;

  /** Resolves when so many wait, or the time is over. */
  const gather = async (until: number): Promise<void> => {
    if (queue.length >= until) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      const enough = (): void => {
        clearTimeout(timer);
        resolve();
      };
      gathering = { until, enough };
    });
    gathering = null;
  };

  const write = async (): Promise<void> => {
    writing = true;
    while (queue.length > 0) {
      // First hear every request that is waiting at a socket: PGlite answers without going back to the event loop, and
      // each request would get a transaction of its own (84 webhooks/s instead of about 900).
      await new Promise((resolve) => setImmediate(resolve));
      if (last.answered >= CROWD && performance.now() - last.at < GATHER_MS)
        await gather(Math.min(MOST_TOGETHER, last.answered + last.waiting));
      const batch = queue.slice(0, MOST_TOGETHER);
      queue = queue.slice(MOST_TOGETHER);
      try {
        const { passed } = await storeTraced(ctx, batch);
        // The writer goes on; only who waits for this commit waits for the hand-overs that were marked before it.
        if (passed === null) for (const one of batch) one.done();
        else for (const one of batch) passed.then(one.done, one.failed);
      } catch (error) {
        for (const one of batch) one.failed(error);
      }
      last = { answered: batch.length, waiting: queue.length, at: performance.now() };
    }
    writing = false;
  };
  return {
    submit(delivery) {
      return new Promise((done, failed) => {
        queue.push({ delivery, span: ctx.tracer.current(), done, failed });
        if (!writing) void write();
        else if (gathering !== null && queue.length >= gathering.until) gathering.enough();
      });
    },
  };
}

/** The first request is what the commit happens within, the others that share it are linked. */
function storeTraced(ctx: Context, batch: readonly Waiting[]): ReturnType<typeof storeDeliveries> {
  const [parent = null, ...links] = batch.flatMap(({ span }) => span ?? []);
  const attributes = { 'assent.webhooks': batch.length };
  return ctx.tracer.span('store webhooks', { parent, links, attributes }, () =>
    storeDeliveries(
      ctx,
      batch.map((one) => one.delivery),
    ),
  );
}
