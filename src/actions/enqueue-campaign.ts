import { AGREED_ALREADY, haltOf, hasAgreed, SAME_NUMBER } from '../core/campaign.ts';
import { decideSend } from '../core/gate.ts';
import type { PublishedTemplate } from '../core/message-template.ts';
import {
  type CampaignRow,
  countRecords,
  type Entry,
  insertEntries,
  lockDueCampaign,
  lockInOrder,
  type Member,
  nextCampaignAt,
  nextMembers,
  queuedEntries,
  reachedBy,
  saveStep,
} from '../db/campaigns.ts';
import { COLLISION } from '../db/contact-points.ts';
import { conversationsOf, ensureConversations } from '../db/conversations.ts';
import { notify, type Tx } from '../db/engine.ts';
import { insertOutbound, type NewOutboundMessage } from '../db/messages.ts';
import { type ChannelRow, readChannel } from '../db/organisation.ts';
import { isUuid } from '../db/rows.ts';
import { type Asked, askConsent } from './ask-consent.ts';
import { languageIn } from './compose-for-target.ts';
import { type Composed, templateComposer, templateParts } from './compose-template.ts';
import { type Configuration, loadConfiguration } from './configuration.ts';
import type { Context } from './context.ts';
import { askLimits, gateFor, type LoadedContact, loadFreshOf } from './gate-contact.ts';
import { identify } from './identify.ts';
import { channelConnected, decisionInputs } from './judge.ts';
import { noteMessages } from './note-timeline.ts';
import { contentFor } from './send-message.ts';
import { openedFrom, type Target, typesFor } from './target.ts';
import { inKeyedTransaction, WORK } from './transaction.ts';
import { withdraw } from './withdraw.ts';

/**
 * Queues the messages of campaigns, set by set. A set is one transaction: the contact points are locked in id order, a second
 * statement reads what the gate decides on, the gate decides each, and messages, what became of each record and how far the
 * campaign is are stored together. So a refusal that was committed before the lock is seen; one that comes while a set is under
 * way waits for it and finds the message queued; and a process that dies leaves a set either whole or not begun.
 *
 * What a campaign queues is no news of a conversation: the list keeps its order and its last words, and a conversation that is
 * made for it is in no list until the customer writes.
 */

export interface Stepped {
  /** Records that were looked at, or messages that a cancel looked at; 0 where there was nothing to do. */
  looked: number;
  /** Then: in how many ms there may be, null when woken. */
  againInMs: number | null;
}

/** What stands in everybody's way is looked at again after so long. */
const WAIT_MS = 30_000;
/** So many are judged before others of this process have their turn. */
const TURN = 40;

/** One set of the campaign whose turn it is: at most `size` records. */
export async function stepCampaign(ctx: Context, size: number): Promise<Stepped> {
  const { counts, ...stepped } = await inKeyedTransaction(
    ctx,
    async (tx): Promise<Stepped & { counts: Counts }> => {
      const now = ctx.clock();
      const campaign = await lockDueCampaign(tx, now);
      if (campaign === null) {
        const next = await nextCampaignAt(tx);
        return { looked: 0, againInMs: next === null ? null : Math.max(20, next - now), counts: NOTHING };
      }
      if (campaign.state === 'cancelling') return withdrawSet(tx, ctx, campaign, size);
      // The first step only counts: how many there are is nothing to wait for with customers locked.
      if (campaign.total === null) {
        const total = campaign.recordIds?.length ?? (await countRecords(tx, campaign.recordType));
        await saveStep(tx, { ...campaign, total, startedAt: now, lastAt: now, nextAt: now });
        return { looked: 1, againInMs: 0, counts: NOTHING };
      }
      return queueSet(tx, ctx, campaign, size);
    },
  );
  for (const [code, count] of Object.entries(counts.decisions))
    ctx.metrics.gateDecisions.inc({ code }, count);
  for (const [outcome, count] of Object.entries(counts.outcomes))
    ctx.metrics.campaignRecords.inc({ outcome }, count);
  return stepped;
}

/** For the metrics, once the set is committed. */
interface Counts {
  decisions: Record<string, number>;
  outcomes: Record<string, number>;
}
const NOTHING: Counts = { decisions: {}, outcomes: {} };

async function queueSet(
  tx: Tx,
  ctx: Context,
  campaign: CampaignRow,
  size: number,
): Promise<Stepped & { counts: Counts }> {
  const now = ctx.clock();
  const before = await loadConfiguration(tx, ctx);
  const template = before.published.find((one) => one.id === campaign.messageTemplateId);
  const members = await nextMembers(tx, campaign, { ...columnsOf(campaign, template, before), limit: size });
  const last = members.at(-1);
  if (last === undefined) {
    await saveStep(tx, { ...campaign, state: 'done', total: campaign.done, waitsFor: null, finishedAt: now });
    return { looked: 1, againInMs: 0, counts: NOTHING };
  }
  const known = await withContactPoints(tx, ctx, members);
  const ids = [...new Set(known.flatMap(({ contactPointId }) => contactPointId ?? []))];
  await lockAll(tx, ids);
  const reached = await reachedBy(tx, campaign.id, ids);
  const fresh = await loadFreshOf(tx, ctx, ids);
  const judged = await judgeSet(tx, ctx, {
    campaign,
    members: known,
    reached,
    loaded: fresh?.loaded ?? new Map(),
    configuration: fresh?.configuration ?? before,
    channel: await readChannel(tx, ctx.channel.phoneNumberId),
  });
  if ('halt' in judged) {
    await saveStep(tx, { ...campaign, waitsFor: judged.halt, nextAt: now + WAIT_MS });
    return { looked: 0, againInMs: WAIT_MS, counts: NOTHING };
  }
  const entries = await queueJudged(tx, ctx, campaign, judged.passed, fresh?.configuration ?? before);
  await insertEntries(tx, campaign.id, [...entries, ...judged.skipped]);
  const skipped = { ...campaign.skipped };
  for (const { code } of judged.skipped) if (code !== null) skipped[code] = (skipped[code] ?? 0) + 1;
  const done = campaign.done + members.length;
  await saveStep(tx, {
    ...campaign,
    walkedTo: last.recordId,
    done,
    total: Math.max(campaign.total ?? 0, done),
    queued: campaign.queued + entries.length,
    skipped,
    waitsFor: null,
    lastAt: now,
    nextAt: now,
  });
  // The outbox goes on by itself once there is something in it.
  if (entries.length > 0 && campaign.queued === 0) await notify(tx, WORK, '');
  return {
    looked: members.length,
    againInMs: 0,
    counts: {
      decisions: judged.decisions,
      outcomes: { queued: entries.length, skipped: judged.skipped.length },
    },
  };
}

/** One that was merged between being read and being locked is a collision: the set is begun again and finds the survivor. */
async function lockAll(tx: Tx, ids: readonly string[]): Promise<void> {
  if ((await lockInOrder(tx, ids)).size < ids.length)
    throw Object.assign(new Error('a contact point was merged meanwhile'), { code: COLLISION });
}

/** What of the records has to be read: the columns that fill variables, and those that say the customer's language. */
function columnsOf(
  campaign: CampaignRow,
  template: PublishedTemplate | undefined,
  { recordTypes }: Configuration,
): { columns: string[]; carrierLanguage: string | null } {
  const type = recordTypes.get(campaign.recordType);
  const bound = Object.values(template?.definition.bindings ?? {}).flatMap((binding) =>
    'column' in binding ? [binding.column] : [],
  );
  const related = recordTypes.get(type?.relatedTable ?? '');
  return {
    columns: [...new Set([...bound, ...(type?.languageColumn == null ? [] : [type.languageColumn])])],
    carrierLanguage: related?.languageColumn ?? null,
  };
}

/** Whom nobody knows yet becomes a contact point, so that what is decided of them has a place. */
async function withContactPoints(tx: Tx, ctx: Context, members: readonly Member[]): Promise<Member[]> {
  const strangers = members.flatMap(({ e164, contactPointId }) =>
    e164 !== null && contactPointId === null ? [e164] : [],
  );
  if (strangers.length === 0) return [...members];
  const { found } = await identify(
    tx,
    ctx,
    strangers.map((phone) => ({ identity: { phone }, name: null })),
  );
  const made = new Map(strangers.map((phone, n) => [phone, found[n]?.[0] ?? null]));
  return members.map((member) =>
    member.contactPointId !== null || member.e164 === null
      ? member
      : { ...member, contactPointId: made.get(member.e164) ?? null },
  );
}

interface ToJudge {
  campaign: CampaignRow;
  members: readonly Member[];
  /** Who has the campaign already. */
  reached: ReadonlySet<string>;
  loaded: ReadonlyMap<string, LoadedContact>;
  configuration: Configuration;
  channel: ChannelRow | null;
}

interface Passed {
  recordId: string;
  loaded: LoadedContact;
  composed: Composed;
  target: Target;
  afterRefusal: boolean;
}

interface Judged {
  passed: Passed[];
  skipped: Entry[];
  /** Of the gate, by code. */
  decisions: Record<string, number>;
}

/** Asks the gate about each; a code for which everybody would be refused alike ends it. */
async function judgeSet(tx: Tx, ctx: Context, set: ToJudge): Promise<Judged | { halt: string }> {
  const { campaign, members, configuration } = set;
  const template = configuration.published.find((one) => one.id === campaign.messageTemplateId);
  if (template === undefined) return { halt: 'template-not-published' };
  const compose = templateComposer(template, configuration.whatsappTemplates, configuration.published);
  const reached = new Set(set.reached);
  const judged: Judged = { passed: [], skipped: [], decisions: {} };
  for (const [n, member] of members.entries()) {
    if (n % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
    const { recordId, contactPointId } = member;
    const skip = (code: string): void => {
      judged.skipped.push({ recordId, contactPointId, messageId: null, code });
    };
    if (contactPointId !== null && reached.has(contactPointId)) {
      skip(SAME_NUMBER);
      continue;
    }
    const loaded = contactPointId === null ? undefined : set.loaded.get(contactPointId);
    const target = targetOf(campaign, member, loaded);
    const composed = compose({
      contact: loaded?.contact ?? null,
      values: member.values,
      recordTypes: typesFor(target, loaded?.records ?? []),
      recordLanguage: languageOf(campaign, member, configuration),
      given: campaign.variables,
      language: campaign.language,
      settings: configuration.settings,
    });
    const contact = loaded === undefined ? null : await gateFor(tx, loaded, target.addressed, null);
    const decision = decideSend({
      now: ctx.clock(),
      path: 'campaign',
      content: contentFor(composed),
      // Whoever started it had the right to (http/routes/campaigns.ts), and nobody's conversation is written into by a person.
      maySend: true,
      ownedByColleague: false,
      contactBlocked: loaded?.contact.blocked ?? false,
      channelConnected: channelConnected(set.channel),
      contact,
      limits: askLimits(configuration.settings),
    });
    const halt = haltOf(decision);
    if (halt !== null) return { halt };
    if (template.definition.type === 'consent' && contact !== null && hasAgreed(contact[composed.purpose])) {
      skip(AGREED_ALREADY);
      continue;
    }
    const code = decision.allowed ? 'allowed' : decision.code;
    judged.decisions[code] = (judged.decisions[code] ?? 0) + 1;
    if (!decision.allowed || loaded === undefined) {
      skip(decision.allowed ? 'contact-point-unknown' : decision.code);
      continue;
    }
    reached.add(loaded.contact.id);
    const afterRefusal = decision.requestAfterRefusal;
    judged.passed.push({ recordId, loaded, composed, target, afterRefusal });
  }
  return judged;
}

/** As a single send to this record has it (`lockTarget`). */
function targetOf(campaign: CampaignRow, member: Member, loaded: LoadedContact | undefined): Target {
  const { recordId, carrierType, carrierId, e164 } = member;
  const named = { recordType: campaign.recordType, recordId };
  const addressed =
    carrierType === null || carrierId === null ? named : { recordType: carrierType, recordId: carrierId };
  return {
    contact: loaded?.contact ?? null,
    phone: loaded?.contact.phone ?? e164,
    addressed,
    opened: addressed.recordType === named.recordType ? null : named,
  };
}

function languageOf(
  campaign: CampaignRow,
  { values, carrierLanguage }: Member,
  { recordTypes }: Configuration,
): string | null {
  const own = languageIn(values, recordTypes.get(campaign.recordType));
  return own ?? (typeof carrierLanguage === 'string' && carrierLanguage !== '' ? carrierLanguage : null);
}

/** Stores the messages of those whom the gate let pass; the contact points are locked. */
async function queueJudged(
  tx: Tx,
  ctx: Context,
  campaign: CampaignRow,
  passed: readonly Passed[],
  configuration: Configuration,
): Promise<Entry[]> {
  if (passed.length === 0) return [];
  const now = ctx.clock();
  const conversations = await conversationsFor(
    tx,
    ctx,
    passed.map(({ loaded }) => loaded.contact.id),
  );
  const entries: Entry[] = [];
  const messages: NewOutboundMessage[] = [];
  const asked: Asked[] = [];
  for (const [n, { recordId, loaded, composed, target, afterRefusal }] of passed.entries()) {
    if (n % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
    const { contact } = loaded;
    const conversationId = conversations.get(contact.id);
    if (conversationId === undefined) throw new Error('a conversation that was just made is gone');
    const id = ctx.make.id();
    const tokens = composed.buttons.map(() => ctx.make.token());
    entries.push({ recordId, contactPointId: contact.id, messageId: id, code: null });
    messages.push({
      id,
      conversationId,
      contactPointId: contact.id,
      channelId: ctx.channel.id,
      kind: 'template',
      text: composed.rendered.body,
      replyTo: null,
      actor: campaign.actor,
      path: 'campaign',
      automatic: false,
      ...templateParts(composed, tokens),
      recordType: target.addressed?.recordType ?? null,
      recordId: target.addressed?.recordId ?? null,
      answersLine: null,
      decision: { ...decisionInputs(loaded, now), ...openedFrom(target) },
      at: now,
    });
    if (composed.template.definition.type === 'consent')
      asked.push({
        contact,
        composed,
        messageId: id,
        tokens,
        record: target.addressed,
        target,
        afterRefusal,
      });
  }
  // Before the messages: what is written to the ledger has everything judged again that is queued for these customers.
  if (asked.length > 0)
    await askConsent(
      tx,
      ctx,
      asked,
      {
        path: 'campaign',
        name: campaign.actor,
        personId: isUuid(campaign.actorId) ? campaign.actorId : null,
        basis: campaign.basis,
        basisText: campaign.basisText,
      },
      configuration,
    );
  await insertOutbound(tx, messages);
  await noteMessages(
    tx,
    ctx,
    messages.map(({ id }) => id),
  );
  return entries;
}

/** By contact point; those that are missing are made. */
async function conversationsFor(
  tx: Tx,
  ctx: Context,
  contactPointIds: readonly string[],
): Promise<Map<string, string>> {
  const there = await conversationsOf(tx, ctx.channel.id, contactPointIds);
  const missing = contactPointIds.filter((id) => !there.has(id));
  const made = await ensureConversations(
    tx,
    missing.map((contactPointId) => ({
      id: ctx.make.id(),
      contactPointId,
      channelId: ctx.channel.id,
      at: ctx.clock(),
    })),
  );
  for (const id of missing) {
    const conversation = made.get(`${id}/${ctx.channel.id}`);
    if (conversation !== undefined) there.set(id, conversation);
  }
  return there;
}

/** Takes back what has not left, in the order of the records. */
async function withdrawSet(
  tx: Tx,
  ctx: Context,
  campaign: CampaignRow,
  size: number,
): Promise<Stepped & { counts: Counts }> {
  const now = ctx.clock();
  const queued = await queuedEntries(tx, campaign.id, campaign.walkedTo, size);
  const last = queued.at(-1);
  if (last === undefined) {
    await saveStep(tx, { ...campaign, state: 'cancelled', finishedAt: now });
    return { looked: 1, againInMs: 0, counts: NOTHING };
  }
  await lockAll(tx, [...new Set(queued.map(({ contactPointId }) => contactPointId))]);
  const withdrawn = await withdraw(
    tx,
    ctx,
    queued.map(({ messageId }) => messageId),
  );
  await saveStep(tx, {
    ...campaign,
    walkedTo: last.recordId,
    withdrawn: campaign.withdrawn + withdrawn,
    nextAt: now,
  });
  return {
    looked: queued.length,
    againInMs: 0,
    counts: { decisions: {}, outcomes: { withdrawn } },
  };
}
