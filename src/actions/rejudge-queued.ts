import type { ContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { cancel, type QueuedMessage, queuedOf } from '../db/outbox.ts';
import { listWhatsAppTemplates } from '../db/templates.ts';
import type { Context } from './context.ts';
import { loadContacts } from './gate-contact.ts';
import { type JudgeInputs, judgeQueued } from './judge.ts';
import { loadPublished } from './organisation.ts';
import type { NewLine, Rules } from './record-facts.ts';

export interface Cancelled {
  message: QueuedMessage;
  code: string;
}

/** What every queued message is judged by, whoever it is for. */
export type Judging = Pick<JudgeInputs, 'whatsappTemplates' | 'published'>;

/** Read once for all that one call judges: every template there is. */
export const loadJudging = async (tx: Tx): Promise<Judging> => ({
  whatsappTemplates: await listWhatsAppTemplates(tx),
  published: await loadPublished(tx),
});

/**
 * Something changed that decides: what is queued for this contact point is judged again, and cancelled with its reason.
 * The caller records the requests among what was cancelled as never asked.
 */
export async function rejudgeQueued(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  rules: Rules,
): Promise<Cancelled[]> {
  const queued = await queuedOf(tx, contact.id);
  if (queued.length === 0) return [];
  const now = ctx.clock();
  const loaded = (await loadContacts(tx, [contact], now, rules.settings, rules.recordTypes)).get(contact.id);
  if (loaded === undefined) return [];
  const inputs = {
    now,
    settings: rules.settings,
    // A number that cannot send is waited for: hand-over puts off what nothing else stands against.
    connected: true,
    ...(rules.judging ?? (await loadJudging(tx))),
  };
  const cancelled: Cancelled[] = [];
  for (const message of queued) {
    const verdict = await judgeQueued(tx, message, loaded, inputs);
    if (verdict.allowed) continue;
    await cancel(tx, message.id, verdict.code, verdict.text, now);
    ctx.metrics.gateDecisions.inc({ code: verdict.code });
    cancelled.push({ message, code: verdict.code });
  }
  return cancelled;
}

/** A request that was cancelled never reached the customer: it is not open and counts toward no limit. */
export function neverAsked(
  cancelled: readonly { message: Pick<QueuedMessage, 'id' | 'request'>; code: string }[],
  now: number,
): NewLine[] {
  return cancelled.flatMap(({ message, code }): NewLine[] =>
    message.request === null
      ? []
      : [
          {
            act: { act: 'request-failed', requestId: message.request.id },
            purposes: [message.request.purpose],
            at: now,
            receivedAt: now,
            source: 'gate',
            actor: null,
            detail: { code },
            personal: { messageId: message.id },
          },
        ],
  );
}
