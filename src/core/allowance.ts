import { REST_MS } from './permits.ts';

/** How the nodes of a number divide its permits (core/permits.ts) among them, by leases in the database's clock. */

/** What somebody holds, or held, as the database has it at one moment of its own clock. */
export interface Share {
  holder: string;
  permits: number;
  /** Until the lease ends, ms; negative: it ended so long ago. */
  leftMs: number;
}

export interface Division {
  /** What the one who asks holds from now on, until the lease that begins now ends. */
  permits: number;
  /** More than its part: it gives up the rest as soon as it has this answer, and asks again. */
  fair: number;
  /** Some of its part is still somebody's who has too much, or is gone: worth asking again soon. */
  more: boolean;
  /** What it gave up since it asked last and what still rests of that: nobody has it before it has rested. */
  resting: number;
}

/**
 * Divides evenly among those whose lease runs. Whoever asks keeps what it says that it keeps, never more than it had, and
 * gets of the rest what is nobody's. A permit is somebody's until it has rested since the end of their lease, as it may have
 * been used in its last moment; what a node gives up it can tell (`resting`: of that, still at rest). `perSecond` is the allowance of the number, as the one who asks knows it.
 */
export function divideAllowance(
  perSecond: number,
  shares: readonly Share[],
  asking: { holder: string; keeps: number; resting: number },
): Division {
  const bound = shares.filter((share) => share.leftMs + REST_MS > 0);
  const had = bound.find((share) => share.holder === asking.holder)?.permits ?? 0;
  const others = bound.filter((share) => share.holder !== asking.holder);
  const keeps = Math.min(asking.keeps, had);
  const resting = Math.min(asking.resting, had - keeps);
  const nobodys = perSecond - keeps - resting - others.reduce((sum, share) => sum + share.permits, 0);
  const fair = Math.ceil(perSecond / (1 + others.filter((share) => share.leftMs > 0).length));
  const permits = Math.max(keeps, Math.min(fair, keeps + Math.max(0, nobodys)));
  const toCome = others.some((share) => share.leftMs <= 0 || share.permits > fair);
  return { permits, fair, more: permits < fair && toCome, resting };
}
