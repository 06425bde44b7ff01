import { handoversUnderWay } from '../db/outbox.ts';
import type { Context } from './context.ts';

/**
 * Between the mark `handing-over` and the first byte to WhatsApp lies a moment in which a refusal may be stored. Whoever
 * acknowledges a refusal waits here until every message marked before it has left or gone back, so that nothing is handed
 * over after the acknowledgement. It is at most the deadline of a claim, and only where a message is just then leaving.
 */
export interface Handovers {
  /** This process marked it. */
  marked(messageId: string): void;
  /** WhatsApp answered, or it went back: nothing more will happen to it because of that mark. */
  passed(messageId: string): void;
  /** Resolves when it has passed; null where this process does not hold it. */
  passing(messageId: string): Promise<void> | null;
}

/** From mark to write (docs/decisions/0026-asked-when-the-connection-stands.md). ms */
const HANDOVER_DEADLINE_MS = 100;
/**
 * Asked later than this after its mark, a claim goes back. The rest of the deadline is for a process that loses its processor
 * between the question and the first byte. With 15 ms left calls were written 116 and 120 ms after their marks on two cores at
 * a load of 18, past the margin for which a refusal's acknowledgement waits (docs/reliability.md).
 */
export const LEAVES_WITHIN_MS = 60;
/** What a paused timer of another node may add. */
const MARGIN_MS = 15;

/** One per process. */
export function createHandovers(): Handovers {
  const held = new Map<string, { passing: Promise<void>; pass: () => void }>();
  return {
    marked(messageId) {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(messageId, { passing: promise, pass: resolve });
    },
    passed(messageId) {
      held.get(messageId)?.pass();
      held.delete(messageId);
    },
    passing: (messageId) => held.get(messageId)?.passing ?? null,
  };
}

/** Waits until no message of these contact points is between its mark and its first byte. Call it after the commit. */
export async function letHandoversPass(ctx: Context, contactPointIds: readonly string[]): Promise<void> {
  await passUnderWay(ctx, await handoversUnderWay(ctx.database.db, contactPointIds), performance.now());
}

/**
 * Waits for messages that were marked when they were read, at `readAt` by the process's own clock, in the transaction that
 * holds the contact points' locks: whoever marks another one after its commit sees what it committed. Null where there
 * are none.
 */
export function passUnderWay(
  ctx: Pick<Context, 'handovers'>,
  underWay: readonly { id: string; ageMs: number }[],
  readAt: number,
): Promise<void> | null {
  if (underWay.length === 0) return null;
  const passing = underWay.map(({ id, ageMs }) => {
    const own = ctx.handovers.passing(id);
    const rest = HANDOVER_DEADLINE_MS + MARGIN_MS - ageMs - (performance.now() - readAt);
    const waited = rest <= 0 ? undefined : new Promise<void>((resolve) => setTimeout(resolve, rest));
    return own === null ? waited : Promise.race([own, waited]);
  });
  return Promise.all(passing).then(() => {});
}
