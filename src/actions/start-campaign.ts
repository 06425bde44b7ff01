import { mayCancel } from '../core/campaign.ts';
import { explainGate } from '../core/gate.ts';
import { type Right, rightsBeyond } from '../core/rights.ts';
import {
  type CampaignRow,
  insertCampaign,
  lockCampaign,
  missingRecords,
  readCampaign,
  saveStep,
} from '../db/campaigns.ts';
import { notify, type Tx } from '../db/engine.ts';
import { bindIdempotencyKey, insertAudit } from '../db/organisation.ts';
import { isUuid } from '../db/rows.ts';
import { needBasisText } from './ask-consent.ts';
import { mustKnow, needSendable } from './compose-template.ts';
import { loadConfiguration } from './configuration.ts';
import type { Context } from './context.ts';
import { idUnderKey } from './once.ts';
import { notFound, Refusal } from './refusal.ts';
import { sentenceOf } from './send-message.ts';
import { inTransaction, WORK } from './transaction.ts';

/** Campaigns begin and are called off here; `enqueue-campaign.ts` does what lies between. */

export interface CampaignRequest {
  name: string;
  messageTemplateId: string;
  /** Every record of the type, or these. */
  audience: { recordType: string; recordIds?: string[] | undefined };
  variables?: Record<string, string> | undefined;
  language?: string | undefined;
  basis?: 'customer-wrote' | 'existing-customer' | 'other' | undefined;
  basisText?: string | undefined;
}

/** Who starts it: the scope of idempotency keys, and who is named with each message. */
interface Starter {
  id: string;
  name: string;
  /** Beside the one to run campaigns, a Consent Template takes the right to ask. */
  rights: ReadonlySet<Right>;
}

/**
 * Starts a campaign; its messages are queued by a loop. The same request again under the same key answers the same campaign.
 * Throws 404 or 409 for a template that cannot be sent, 422 for an audience that does not fit.
 */
export async function startCampaign(
  ctx: Context,
  request: CampaignRequest,
  starter: Starter,
  idempotencyKey: string,
): Promise<CampaignRow> {
  needBasisText(request);
  return inTransaction(ctx, async (tx) => {
    const once = { caller: starter.id, key: idempotencyKey };
    const before = await idUnderKey(tx, ctx, once, { campaign: request });
    if (before !== null) return found(tx, before);
    await mustFit(tx, ctx, request, starter);
    const { name, messageTemplateId, audience } = request;
    const id = ctx.make.id();
    await insertCampaign(tx, {
      id,
      name,
      messageTemplateId,
      recordType: audience.recordType,
      recordIds: audience.recordIds === undefined ? null : [...new Set(audience.recordIds)],
      variables: request.variables ?? {},
      language: request.language ?? null,
      basis: request.basis ?? null,
      basisText: request.basisText ?? null,
      actor: starter.name,
      actorId: starter.id,
      createdAt: ctx.clock(),
    });
    await bindIdempotencyKey(tx, starter.id, idempotencyKey, id);
    await audit(tx, ctx, starter, 'campaign.start', id, { name, recordType: audience.recordType });
    await notify(tx, WORK, '');
    return found(tx, id);
  });
}

/** What can be known before anybody is asked about: the template, and that the records are there. */
async function mustFit(
  tx: Tx,
  ctx: Context,
  { messageTemplateId, audience, ...asked }: CampaignRequest,
  { rights }: Starter,
): Promise<void> {
  const { published, recordTypes, whatsappTemplates } = await loadConfiguration(tx, ctx);
  const { recordType, recordIds } = audience;
  if (!recordTypes.has(recordType)) throw notFound('record type');
  const template = published.find((one) => one.id === messageTemplateId);
  if (template === undefined) {
    if (!isUuid(messageTemplateId)) throw notFound('message template');
    throw new Refusal(409, 'template-not-published', explainGate('template-not-published'));
  }
  needSendable(template);
  const { type, recordType: ofTemplate } = template.definition;
  if (ofTemplate !== recordType)
    throw new Refusal(422, 'template-of-another-record-type', explainGate('template-of-another-record-type'));
  mustKnow(template, whatsappTemplates, published, asked);
  const missing = type === 'consent' ? rightsBeyond(rights, ['ask-consent']) : [];
  if (missing.length > 0)
    throw new Refusal(
      403,
      'not-allowed',
      sentenceOf('not-allowed', { heldBy: null, missing, auditor: false, noNumber: null, contact: null }),
    );
  if (recordIds === undefined) return;
  const known = recordIds.filter(isUuid);
  if (known.length < recordIds.length || (await missingRecords(tx, recordType, known)).length > 0)
    throw new Refusal(
      422,
      'record-unknown',
      'Some of these records are not there. Name records of the campaign’s record type by their ids.',
    );
}

/**
 * Calls it off: nothing more is queued, and what has not left yet is withdrawn, set by set. Asking again changes nothing.
 */
export async function cancelCampaign(
  ctx: Context,
  id: string,
  by: Pick<Starter, 'name'>,
): Promise<CampaignRow> {
  return inTransaction(ctx, async (tx) => {
    const campaign = isUuid(id) ? await lockCampaign(tx, id) : null;
    if (campaign === null) throw notFound('campaign');
    if (!mayCancel(campaign.state)) return campaign;
    await saveStep(tx, {
      ...campaign,
      state: 'cancelling',
      // From here on it is how far the withdrawing is.
      walkedTo: null,
      waitsFor: null,
      nextAt: ctx.clock(),
      finishedAt: null,
    });
    await audit(tx, ctx, by, 'campaign.cancel', id, { name: campaign.name });
    await notify(tx, WORK, '');
    return found(tx, id);
  });
}

async function found(tx: Tx, id: string): Promise<CampaignRow> {
  const campaign = await readCampaign(tx, id);
  if (campaign === null) throw new Error('a campaign that was just written is gone');
  return campaign;
}

async function audit(
  tx: Tx,
  ctx: Context,
  by: Pick<Starter, 'name'>,
  action: string,
  subject: string,
  after: Record<string, unknown>,
): Promise<void> {
  await insertAudit(tx, { at: ctx.clock(), actor: by.name, action, subject, before: null, after });
}
