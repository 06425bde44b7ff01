import { type MessageStatus, nextStatus } from '../core/delivery.ts';
import { meaningOfFailure, stoppedBy } from '../core/failure.ts';
import type { ProviderError, Update } from '../core/update.ts';
import { noteDelivery, requestOfMessage } from '../db/consent.ts';
import { type ContactPoint, closeServiceWindow } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { setStatuses } from '../db/messages.ts';
import { stopChannel } from '../db/organisation.ts';
import { isUuid } from '../db/rows.ts';
import type { Context } from './context.ts';
import { type Rules, recordFacts } from './record-facts.ts';
import type { Applying, StoredUpdate } from './stored-update.ts';

type Status = Extract<Update, { kind: 'status' }>;

/** Applies delivery statuses: monotone, by our own id where the status brings it. What is unknown waits. */
export async function applyStatuses(
  tx: Tx,
  ctx: Context,
  stored: readonly StoredUpdate[],
  { contacts, known, configuration, hints }: Applying,
): Promise<{ waiting: Set<number> }> {
  const statuses = stored.flatMap((one) =>
    one.update.kind === 'status' ? [{ ...one, update: one.update }] : [],
  );
  const waiting = new Set<number>();
  if (statuses.length === 0) return { waiting };
  const ours = (update: Status): string | null =>
    update.callbackData !== undefined && isUuid(update.callbackData) ? update.callbackData : null;
  const byId = new Map(known.messages.map((row) => [row.id, row]));
  const sent = known.messages.filter((row) => row.direction === 'out');
  const byWhatsappId = new Map(sent.toReversed().map((row) => [row.whatsappId, row]));
  const changes = new Map<string, Parameters<typeof setStatuses>[1][number] & { status: MessageStatus }>();
  const delivery: Parameters<typeof noteDelivery>[1][number][] = [];
  for (const one of statuses) {
    const message = byId.get(ours(one.update) ?? '') ?? byWhatsappId.get(one.update.whatsappId);
    if (message === undefined || message.direction !== 'out') {
      waiting.add(one.inboxId);
      continue;
    }
    const current = changes.get(message.id)?.status ?? (message.status as MessageStatus);
    const status = nextStatus(current, one.update.status);
    const error = one.update.errors[0];
    const told = one.update.status;
    if (message.templateType === 'consent' && (told === 'delivered' || told === 'read'))
      delivery.push({ messageId: message.id, status: told, at: one.update.at });
    if (status !== current || message.whatsappId === null)
      changes.set(message.id, {
        id: message.id,
        status,
        at: one.update.at,
        whatsappId: one.update.whatsappId,
        reasonCode: status === 'failed' ? `whatsapp-${error?.code ?? 'failed'}` : null,
        reasonText: status === 'failed' ? explainFailure(ctx, error) : null,
      });
    hints.conversation(message.conversationId, message.contactPointId);
    const contact = contacts.get(message.contactPointId);
    if (one.update.status !== 'failed' || current === 'failed') continue;
    await stopWhereToldTo(tx, ctx, one.update.errors, hints);
    if (contact !== undefined) await applyFailure(tx, ctx, one, message, contact, configuration);
  }
  await setStatuses(tx, [...changes.values()]);
  await noteDelivery(tx, delivery);
  return { waiting };
}

/** Some of what stops the number is told of messages that it took, a payment that failed among it: what is queued waits. */
async function stopWhereToldTo(
  tx: Tx,
  ctx: Context,
  errors: readonly ProviderError[],
  hints: Applying['hints'],
): Promise<void> {
  const error = errors.find(({ code }) => ctx.provider.advise(code) === 'stop-channel');
  if (error === undefined) return;
  await stopChannel(tx, ctx.channel.id, stoppedBy(error));
  hints.topic('channel');
}

/** A failure may say something about consent: a request that never arrived, or Meta's marketing stop. */
async function applyFailure(
  tx: Tx,
  ctx: Context,
  one: StoredUpdate & { update: Status },
  message: { id: string; templateType: string | null },
  contact: ContactPoint,
  rules: Rules,
): Promise<void> {
  const codes = one.update.errors.map((error) => error.code);
  const meaning = meaningOfFailure(codes, {
    at: one.update.at,
    request: message.templateType === 'consent' ? await requestOfMessage(tx, message.id) : null,
    lastInboundAt: contact.lastInboundAt,
  });
  const lines = meaning.lines.map((line) => ({
    ...line,
    at: one.update.at,
    receivedAt: one.receivedAt,
    detail: { codes, bodySha256: one.bodySha256 },
    personal: { whatsappId: one.update.whatsappId, errors: one.update.errors },
  }));
  if (meaning.lastInboundAt !== null) {
    contact.lastInboundAt = meaning.lastInboundAt;
    await closeServiceWindow(tx, contact.id, meaning.lastInboundAt);
  }
  if (lines.length > 0) await recordFacts(tx, ctx, contact, lines, rules);
}

const explainFailure = (ctx: Context, error: ProviderError | undefined): string =>
  error === undefined ? 'WhatsApp says that it failed, and not why.' : ctx.provider.explain(error);
