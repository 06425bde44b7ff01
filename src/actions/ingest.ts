import type { Update } from '../core/update.ts';
import type { Context } from './context.ts';
import { storeDeliveries } from './store-deliveries.ts';

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
 * The group-commit writer: one transaction at a time per node, holding all that arrived while the one before committed.
 * It stores each update once, decides it in the same transaction, and commits before anybody is told 200.
 */
export function createIngest(ctx: Context): Ingest {
  let queue: { delivery: Delivery; done: () => void; failed: (error: unknown) => void }[] = [];
  let writing = false;
  const write = async (): Promise<void> => {
    writing = true;
    while (queue.length > 0) {
      // First hear every request that is waiting at a socket: PGlite answers without going back to the event loop, and
      // each request would get a transaction of its own (84 webhooks/s instead of about 900).
      await new Promise((resolve) => setImmediate(resolve));
      const batch = queue.slice(0, MOST_TOGETHER);
      queue = queue.slice(MOST_TOGETHER);
      try {
        const { passed } = await storeDeliveries(
          ctx,
          batch.map((one) => one.delivery),
        );
        // The writer goes on; only who waits for this commit waits for the hand-overs that were marked before it.
        if (passed === null) for (const one of batch) one.done();
        else for (const one of batch) passed.then(one.done, one.failed);
      } catch (error) {
        for (const one of batch) one.failed(error);
      }
    }
    writing = false;
  };
  return {
    submit(delivery) {
      return new Promise((done, failed) => {
        queue.push({ delivery, done, failed });
        if (!writing) void write();
      });
    },
  };
}
