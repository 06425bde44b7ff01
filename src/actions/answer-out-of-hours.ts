import { decideSend } from '../core/gate.ts';
import { chooseLanguage } from '../core/language.ts';
import type { Settings } from '../core/settings.ts';
import { awayAnswer, type ClosedPeriod, closedPeriod, type WorkingHours } from '../core/working-hours.ts';
import { touchConversations } from '../db/conversations.ts';
import type { Tx } from '../db/engine.ts';
import { insertOutbound } from '../db/messages.ts';
import { readChannel } from '../db/organisation.ts';
import { notAwayAnswered, setAwayAnswered } from '../db/ownership.ts';
import { leaveTrace } from './apply-ownership.ts';
import type { Context } from './context.ts';
import { askLimits, type LoadedContact, loadContacts } from './gate-contact.ts';
import { channelConnected, decisionInputs } from './judge.ts';
import type { Hints } from './live.ts';
import { noteMessages } from './note-timeline.ts';
import type { Applying } from './stored-update.ts';

interface Talk {
  conversationId: string;
  contactPointId: string;
}

/**
 * A customer who writes while nobody is here is told so, once per closed period, in their language. The answer goes
 * through the gate and the outbox like any text: not to whoever refused, is on hold or blocked. `talk` holds new messages
 * alone, so a redelivery is never answered, and no answer to a Consent Template or stop word among them.
 */
export async function answerOutOfHours(
  tx: Tx,
  ctx: Context,
  talk: readonly Talk[],
  { contacts, configuration, hints }: Pick<Applying, 'contacts' | 'configuration' | 'hints'>,
): Promise<boolean> {
  if (talk.length === 0) return false;
  const now = ctx.clock();
  const { workingHours: hours, settings, recordTypes } = configuration;
  const period = closedPeriod(hours, now);
  if (period === null) return false;
  let queued = false;
  const ids = [...new Set(talk.map((one) => one.conversationId))];
  for (const conversationId of await notAwayAnswered(tx, ids, period.since)) {
    const found = talk.find((one) => one.conversationId === conversationId);
    const contact = contacts.get(found?.contactPointId ?? '');
    if (contact === undefined) continue;
    const loaded = (await loadContacts(tx, [contact], now, settings, recordTypes)).get(contact.id);
    if (loaded === undefined || !(await mayAnswer(tx, ctx, loaded, settings))) continue;
    await queueAnswer(tx, ctx, conversationId, loaded, { hours, period, settings, hints });
    queued = true;
  }
  return queued;
}

async function mayAnswer(tx: Tx, ctx: Context, loaded: LoadedContact, settings: Settings): Promise<boolean> {
  const decision = decideSend({
    now: ctx.clock(),
    path: 'automation',
    content: { kind: 'text', reply: false },
    maySend: true,
    ownedByColleague: false,
    contactBlocked: loaded.contact.blocked,
    channelConnected: channelConnected(await readChannel(tx, ctx.channel.phoneNumberId)),
    contact: loaded.gate,
    limits: askLimits(settings),
  });
  return decision.allowed;
}

async function queueAnswer(
  tx: Tx,
  ctx: Context,
  conversationId: string,
  loaded: LoadedContact,
  about: { hours: WorkingHours; period: ClosedPeriod; settings: Settings; hints: Hints },
): Promise<void> {
  const now = ctx.clock();
  const { contact } = loaded;
  const answer = awayAnswer(about.hours, about.period, now, (available) =>
    chooseLanguage({
      available,
      lastAnswered: contact.language,
      country: contact.country,
      fallback: about.settings.defaultLanguage,
    }),
  );
  if (answer === null) return;
  await setAwayAnswered(tx, conversationId, now);
  const id = ctx.make.id();
  await insertOutbound(tx, [
    {
      id,
      conversationId,
      contactPointId: contact.id,
      channelId: ctx.channel.id,
      kind: 'text',
      text: answer.text,
      content: { kind: 'text', text: answer.text },
      replyTo: null,
      actor: null,
      path: 'automation',
      automatic: true,
      messageTemplateId: null,
      templateType: null,
      templatePurpose: null,
      templateName: null,
      templateLanguage: answer.language,
      recordType: null,
      recordId: null,
      answersLine: null,
      decision: decisionInputs(loaded, now),
      at: now,
    },
  ]);
  await touchConversations(tx, [
    { id: conversationId, at: now, text: answer.text, direction: 'out', status: 'queued', unread: 0 },
  ]);
  await noteMessages(tx, ctx, [id]);
  await leaveTrace(tx, ctx, conversationId, [{ kind: 'out-of-hours-answer', subject: null }], null, null);
  about.hints.conversation(conversationId, contact.id);
}
