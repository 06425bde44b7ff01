import { explainGate } from '../core/gate.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { readChannel } from '../db/organisation.ts';
import { cancel, queuedOf } from '../db/outbox.ts';
import { listWhatsAppTemplates } from '../db/templates.ts';
import type { Context } from './context.ts';
import { loadContacts } from './gate-contact.ts';
import { judgeQueued } from './judge.ts';
import { loadPublished } from './organisation.ts';
import type { Rules } from './record-facts.ts';

/** A decision changed: what is queued for this contact point is judged again, and cancelled with its reason. */
export async function rejudgeQueued(
  tx: Tx,
  ctx: Context,
  contact: ContactPoint,
  rules: Rules,
): Promise<void> {
  const queued = await queuedOf(tx, contact.id);
  if (queued.length === 0) return;
  const now = ctx.clock();
  const loaded = (await loadContacts(tx, [contact], now, rules.settings, rules.recordTypes)).get(contact.id);
  if (loaded === undefined) return;
  const inputs = {
    now,
    settings: rules.settings,
    channel: await readChannel(tx, ctx.channel.phoneNumberId),
    whatsappTemplates: await listWhatsAppTemplates(tx),
    published: await loadPublished(tx),
  };
  for (const message of queued) {
    const verdict = await judgeQueued(tx, message, loaded, inputs);
    if (verdict.allowed) continue;
    await cancel(tx, message.id, verdict.code, explainGate(verdict.code), now);
    ctx.metrics.gateDecisions.inc({ code: verdict.code });
  }
}
