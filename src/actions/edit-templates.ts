import { cut } from '../core/clip.ts';
import type { MadeOn } from '../core/entity-tag.ts';
import {
  fitsSession,
  type MessageTemplateDefinition,
  tenantKeywords,
  wordingChanged,
} from '../core/message-template.ts';
import { publishProblems, waitsFor } from '../core/publish.ts';
import type { PublishProblem } from '../core/publish-problem.ts';
import { relationOf } from '../core/record-type.ts';
import type { Tx } from '../db/engine.ts';
import { insertAudit, markTemplatesSynced, readChannel, saveChannelInfo } from '../db/organisation.ts';
import { isUuid } from '../db/rows.ts';
import {
  insertMessageTemplate,
  listWhatsAppTemplates,
  type MessageTemplateRow,
  publishDraft,
  readMessageTemplate,
  retireTemplate,
  saveDraft,
  saveWhatsAppTemplates,
} from '../db/templates.ts';
import { refuseIfChanged } from './changed-meanwhile.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { loadPublished, loadRecordTypes, loadSettings } from './organisation.ts';
import { notFound, Refusal } from './refusal.ts';
import { rejudgeTemplates } from './rejudge-templates.ts';
import { quickReplies } from './template-fault.ts';
import { inTransaction } from './transaction.ts';

/** Message templates: draft, published, retired; versioned. Editing a published one makes a draft beside it. */

export type TemplateRow = MessageTemplateRow<MessageTemplateDefinition>;

/** What somebody edits of a template, and makes their change on; what WhatsApp says of it changes beside it. */
export function editedPart({ id, status, version, live, draft }: TemplateRow): object {
  return { id, status, version, live, draft };
}

/** A draft may be unfinished, but a Consent Template needs a Compliance Field to be saved at all (product.md §2.1). */
export async function createTemplate(
  ctx: Context,
  definition: MessageTemplateDefinition,
  actor: string,
): Promise<string> {
  return inTransaction(ctx, async (tx) => {
    await checkDraft(tx, definition);
    const id = ctx.make.id();
    await insertMessageTemplate(tx, id, definition, ctx.clock());
    await audit(tx, ctx, actor, 'message-template.create', id, null, definition);
    return id;
  });
}

async function checkDraft(tx: Tx, definition: MessageTemplateDefinition): Promise<void> {
  if (!fitsSession(definition))
    throw new Refusal(
      422,
      'marketing-session-not-available',
      'Only Consent and marketing templates stand in the marketing session. Choose the utility session.',
    );
  const type = (await loadRecordTypes(tx)).get(definition.recordType);
  if (type === undefined && definition.type !== 'consent')
    throw new Refusal(
      422,
      'record-type-missing',
      `“${definition.recordType}” is no record type yet. Add it under Configuration, Record Types.`,
    );
  const related = type === undefined ? null : relationOf(type);
  if (definition.type === 'consent' && type !== undefined && related !== null)
    throw new Refusal(
      422,
      'compliance-field-missing',
      `${type.displayName} takes number and consent from “${related.table}”. Make the Consent Template for that record type; it is offered here too.`,
    );
  if (definition.type === 'consent' && (type === undefined || type.complianceField === null))
    throw new Refusal(
      422,
      'compliance-field-missing',
      `A Consent Template needs a Compliance Field. Choose one for ${type?.displayName ?? `“${definition.recordType}”`} under Configuration, Record Types.`,
    );
}

/**
 * `change` makes of what stands there what shall stand there; nobody else changes it meanwhile. Answers the template as it
 * is then. Throws 412 where it is not the one that the change was made on.
 */
export async function changeTemplate(
  ctx: Context,
  id: string,
  change: (before: MessageTemplateDefinition) => MessageTemplateDefinition,
  actor: string,
  on: MadeOn = null,
): Promise<TemplateRow> {
  return inTransaction(ctx, async (tx) => {
    const row = await lockedAs(tx, ctx, id, on);
    if (row.status === 'retired')
      throw new Refusal(409, 'template-retired', 'A retired template cannot be changed. Make a new one.');
    const before = row.draft ?? row.live;
    if (before === null) throw notFound('message template');
    const draft = change(before);
    await checkDraft(tx, draft);
    const now = ctx.clock();
    await saveDraft(tx, id, draft, now);
    await audit(tx, ctx, actor, 'message-template.change', id, before, draft);
    return { ...row, draft, updatedAt: now };
  });
}

async function locked(tx: Tx, id: string): Promise<TemplateRow> {
  const row = isUuid(id) ? await readMessageTemplate<MessageTemplateDefinition>(tx, id, true) : null;
  if (row === null) throw notFound('message template');
  return row;
}

/** The same, where it is still as whoever changes it saw it. */
async function lockedAs(tx: Tx, ctx: Context, id: string, on: MadeOn): Promise<TemplateRow> {
  const row = await locked(tx, id);
  refuseIfChanged(ctx, on, editedPart(row));
  return row;
}

async function audit(
  tx: Tx,
  ctx: Context,
  actor: string,
  action: string,
  subject: string,
  before: unknown,
  after: unknown,
): Promise<void> {
  await insertAudit(tx, { at: ctx.clock(), actor, action, subject, before, after });
  const hints = createHints();
  hints.topic('template');
  await hints.send(tx);
}

/** Everything that stands in the way of publishing, all at once, with what an administrator should know besides. */
export async function templateProblems(
  tx: Tx,
  ctx: Context,
  id: string,
  definition: MessageTemplateDefinition,
): Promise<PublishProblem[]> {
  const settings = await loadSettings(tx);
  const recordTypes = await loadRecordTypes(tx);
  const columns = await ctx.crm.columns(tx, definition.recordType);
  const channel = await readChannel(tx, ctx.channel.phoneNumberId);
  const name = settings.businessName === '' ? (channel?.verifiedName ?? null) : settings.businessName;
  return publishProblems({
    id,
    definition,
    recordType: recordTypes.get(definition.recordType) ?? null,
    columns: columns.length === 0 ? null : columns,
    whatsappTemplates: await listWhatsAppTemplates(tx, definition.whatsappTemplate?.name ?? ''),
    published: await loadPublished(tx),
    businessName: name,
  });
}

/**
 * Makes the draft the live version, or throws 422 with every problem; 412 where it is not the draft that was read. Answers
 * the warnings.
 */
export async function publishTemplate(
  ctx: Context,
  id: string,
  actor: string,
  on: MadeOn = null,
): Promise<PublishProblem[]> {
  return inTransaction(ctx, async (tx) => {
    const row = await lockedAs(tx, ctx, id, on);
    if (row.status === 'retired')
      throw new Refusal(
        409,
        'template-retired',
        'A retired template cannot be published again. Make a new one.',
      );
    const definition = row.draft ?? row.live;
    if (definition === null) throw notFound('message template');
    const problems = await templateProblems(tx, ctx, id, definition);
    const errors = problems.filter((problem) => problem.severity === 'error');
    if (errors.length > 0)
      throw new Refusal(422, errors[0]?.code ?? 'invalid-request', 'This template cannot be published yet.', {
        problems,
      });
    const { changed } = await changedAtWhatsApp(tx, row);
    if (row.draft !== null || row.live === null || changed.length > 0) {
      const version = row.live === null ? row.version : row.version + 1;
      await publishDraft(tx, id, version, definition, actor, ctx.clock());
      await audit(tx, ctx, actor, 'message-template.publish', id, row.live, definition);
      await rejudge(tx, ctx);
    }
    ctx.wake.outbox();
    return problems;
  });
}

/**
 * The languages in which WhatsApp would serve another wording than was published (`changed`): published again, they can be sent.
 * And those of which it said so, and was not asked yet what it is (`unread`).
 */
export async function changedAtWhatsApp(
  tx: Tx,
  row: TemplateRow,
): Promise<{ changed: string[]; unread: string[] }> {
  const name = row.status === 'published' ? row.live?.whatsappTemplate?.name : undefined;
  const templates = name === undefined ? [] : await listWhatsAppTemplates(tx, name);
  return {
    changed: templates.filter((one) => wordingChanged(row, one)).map((one) => one.language),
    unread: templates.filter((one) => one.componentsChangedAt !== null).map((one) => one.language),
  };
}

async function rejudge(tx: Tx, ctx: Context): Promise<void> {
  const hints = createHints();
  await rejudgeTemplates(tx, ctx, hints);
  await hints.send(tx);
}

/** Retires a template: what depends on it is judged again. */
export async function retire(ctx: Context, id: string, actor: string, on: MadeOn = null): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const row = await lockedAs(tx, ctx, id, on);
    if (row.status === 'retired') return;
    await retireTemplate(tx, id, ctx.clock());
    await audit(
      tx,
      ctx,
      actor,
      'message-template.retire',
      id,
      { name: row.live?.name ?? row.draft?.name, status: row.status },
      { status: 'retired' },
    );
    await rejudge(tx, ctx);
  });
  ctx.wake.outbox();
}

/** What a published Consent Template still waits for, in words; empty where it can be sent. */
export async function waitingFor(
  tx: Tx,
  definition: MessageTemplateDefinition,
): Promise<{ missingOptIn: string[]; missingOptOut: string[] }> {
  if (definition.type !== 'consent' || definition.whatsappTemplate === null)
    return { missingOptIn: [], missingOptOut: [] };
  const { name, language } = definition.whatsappTemplate;
  const templates = await listWhatsAppTemplates(tx, name);
  const own = templates.find((one) => one.language === language);
  if (own === undefined) return { missingOptIn: [], missingOptOut: [] };
  const keywords = tenantKeywords(await loadPublished(tx), [definition.recordType]);
  return waitsFor({ [own.language]: quickReplies(own) }, keywords);
}

type Replies = Record<'opt-in' | 'opt-out', Record<string, string>>;

const REPLIES: Replies = {
  'opt-in': {
    en: 'Thank you. We may now write to you here. Reply STOP at any time to end this.',
    es: 'Gracias. A partir de ahora podemos escribirle aquí. Responda BAJA en cualquier momento para terminar.',
    pt: 'Obrigado. Agora podemos escrever para você por aqui. Responda PARAR a qualquer momento para encerrar.',
  },
  'opt-out': {
    en: 'Understood. We will not write to you here any more.',
    es: 'Entendido. No le escribiremos más por aquí.',
    pt: 'Entendido. Não escreveremos mais para você por aqui.',
  },
};

/** To a question in the marketing session: of anything else it says nothing. */
const MARKETING_REPLIES: Replies = {
  'opt-in': {
    en: 'Thank you. We may now send you offers here. Reply STOP at any time to end this.',
    es: 'Gracias. A partir de ahora podemos enviarle ofertas por aquí. Responda BAJA en cualquier momento para terminar.',
    pt: 'Obrigado. Agora podemos enviar ofertas para você por aqui. Responda PARAR a qualquer momento para encerrar.',
  },
  'opt-out': {
    en: 'Understood. We will not send you offers here.',
    es: 'Entendido. No le enviaremos ofertas por aquí.',
    pt: 'Entendido. Não enviaremos ofertas para você por aqui.',
  },
};

/**
 * One click: makes and publishes the Opt-In and Opt-Out Templates of a Consent Template from its button labels, in every
 * approved language of its WhatsApp template. Answers the ids of what it made.
 */
export async function createAnswerTemplates(ctx: Context, id: string, actor: string): Promise<string[]> {
  const wanted = await inTransaction(ctx, async (tx) => {
    const row = await locked(tx, id);
    const definition = row.live ?? row.draft;
    if (definition === null || definition.type !== 'consent' || definition.whatsappTemplate === null)
      throw new Refusal(422, 'not-a-consent-template', 'Only a Consent Template has answers to recognise.');
    const templates = (await listWhatsAppTemplates(tx, definition.whatsappTemplate.name)).filter(
      (one) => one.status === 'APPROVED',
    );
    const keywords = tenantKeywords(await loadPublished(tx), [definition.recordType]);
    const missing = templates.map((one) => ({
      language: one.language,
      ...waitsFor({ [one.language]: quickReplies(one) }, keywords),
    }));
    return { definition, missing };
  });
  const replies = wanted.definition.session === 'marketing' ? MARKETING_REPLIES : REPLIES;
  const ids: string[] = [];
  for (const type of ['opt-in', 'opt-out'] as const) {
    const keywords = wanted.missing.flatMap((one) =>
      (type === 'opt-in' ? one.missingOptIn : one.missingOptOut).map((text) => ({
        text,
        language: one.language,
      })),
    );
    if (keywords.length === 0) continue;
    const label = type === 'opt-in' ? 'Opt-In' : 'Opt-Out';
    const texts = Object.fromEntries(
      [...new Set(keywords.map((keyword) => keyword.language))].flatMap((language) => {
        const text = replies[type][language.split(/[-_]/)[0] ?? ''];
        return text === undefined ? [] : [[language, text]];
      }),
    );
    const created = await createTemplate(
      ctx,
      {
        name: cut(`${label} for “${wanted.definition.name}”`, 100),
        type,
        recordType: wanted.definition.recordType,
        session: 'utility',
        whatsappTemplate: null,
        bindings: {},
        keywords,
        reply: { text: replies[type].en ?? '', texts },
        keywordsAreStopWords: false,
      },
      actor,
    );
    await publishTemplate(ctx, created, actor);
    ids.push(created);
  }
  return ids;
}

/** Asks WhatsApp for its templates and the number's state, and stores both. Throws 502 where it cannot be asked. */
export async function syncTemplates(ctx: Context): Promise<void> {
  const askedAt = ctx.clock();
  const [templates, number] = await Promise.all([ctx.provider.templates(), ctx.provider.number()]).catch(
    (error: unknown) => {
      throw new Refusal(
        502,
        'whatsapp-unreachable',
        `WhatsApp could not be asked: ${error instanceof Error ? error.message : String(error)}`,
      );
    },
  );
  await inTransaction(ctx, async (tx) => {
    const now = ctx.clock();
    await saveWhatsAppTemplates(
      tx,
      templates.map((one) => ({ ...one, quality: one.quality ?? null })),
      now,
      askedAt,
    );
    await saveChannelInfo(tx, ctx.channel.phoneNumberId, {
      displayPhoneNumber: number.displayPhoneNumber,
      verifiedName: number.verifiedName,
      status: number.status,
      quality: number.quality ?? null,
    });
    await markTemplatesSynced(tx, ctx.channel.phoneNumberId, now);
    const hints = createHints();
    hints.topic('template');
    hints.topic('channel');
    await rejudgeTemplates(tx, ctx, hints);
    await hints.send(tx);
  });
  ctx.wake.outbox();
}
