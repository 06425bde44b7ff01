import { sql } from 'kysely';
import type { Tx } from './engine.ts';
import { json, time } from './rows.ts';

/** WhatsApp templates as synced, and our message templates on top of them. */

export interface WhatsAppTemplateRow {
  id: string;
  name: string;
  language: string;
  category: string;
  status: string;
  parameterFormat: 'POSITIONAL' | 'NAMED';
  components: unknown[];
  quality: string | null;
  impendingCategory: string | null;
  /** WhatsApp said that the components are others since, and they were not read yet. */
  componentsChangedAt: number | null;
  syncedAt: number;
}

const WHATSAPP = sql`select id, name, language, category, status, parameter_format as "parameterFormat", components, quality,
  impending_category as "impendingCategory", components_changed_at as "componentsChangedAt", synced_at as "syncedAt" from whatsapp_template`;

export async function listWhatsAppTemplates(
  tx: Tx,
  name: string | null = null,
): Promise<WhatsAppTemplateRow[]> {
  const { rows } =
    await sql<WhatsAppTemplateRow>`${WHATSAPP} where ${name}::text is null or name = ${name} order by name, language`.execute(
      tx,
    );
  return rows;
}

/**
 * Replaces what we know by what WhatsApp said when it was asked, at `askedAt`; a template it no longer lists becomes DELETED,
 * not forgotten. What it told later of a status, a category or other components is not in its answer; by its clock, which has
 * whole seconds, that is what it told in that second or since.
 */
export async function saveWhatsAppTemplates(
  tx: Tx,
  templates: readonly Omit<WhatsAppTemplateRow, 'syncedAt' | 'impendingCategory' | 'componentsChangedAt'>[],
  now: number,
  askedAt: number = now,
): Promise<void> {
  const since = time(Math.floor(askedAt / 1_000) * 1_000);
  await sql`insert into whatsapp_template (id, name, language, category, status, parameter_format, components, quality, synced_at)
    select id, name, language, category, status, "parameterFormat", components, quality, ${time(now)}
      from jsonb_to_recordset(${JSON.stringify(templates)}::jsonb)
        as r(id text, name text, language text, category text, status text, "parameterFormat" text, components jsonb, quality text)
    on conflict (name, language) do update set id = excluded.id,
      category = case when whatsapp_template.category_told_at >= ${since} then whatsapp_template.category else excluded.category end,
      status = case when whatsapp_template.status_told_at >= ${since} then whatsapp_template.status else excluded.status end,
      parameter_format = excluded.parameter_format, components = excluded.components, quality = excluded.quality,
      impending_category = case when whatsapp_template.impending_category = excluded.category then null
                                else whatsapp_template.impending_category end,
      components_changed_at = case when whatsapp_template.components_changed_at > ${time(askedAt)}
                                   then whatsapp_template.components_changed_at end,
      synced_at = excluded.synced_at`.execute(tx);
  await sql`update whatsapp_template set status = 'DELETED', synced_at = ${time(now)}
     where synced_at < ${time(now)} and status <> 'DELETED' and (status_told_at >= ${since}) is not true`.execute(
    tx,
  );
}

/**
 * Changes one by a webhook; languages come as `en_US` or `en-US`. Status and category stay where `toldAt`, ms, is before what was told
 * of them last: webhooks come in any order. Answers whether we knew it.
 */
export async function updateWhatsAppTemplate(
  tx: Tx,
  name: string,
  language: string,
  change: {
    status?: string;
    category?: string;
    quality?: string;
    impendingCategory?: string | null;
    componentsChangedAt?: number;
    toldAt?: number;
  },
): Promise<boolean> {
  const [status, category, toldAt] = [
    change.status ?? null,
    change.category ?? null,
    time(change.toldAt ?? null),
  ];
  const { rows } =
    await sql`update whatsapp_template set quality = coalesce(${change.quality ?? null}, quality),
        status = case when status_told_at > ${toldAt} then status else coalesce(${status}, status) end,
        status_told_at = case when ${status}::text is null then status_told_at else greatest(status_told_at, ${toldAt}) end,
        category = case when category_told_at > ${toldAt} then category else coalesce(${category}, category) end,
        category_told_at = case when ${category}::text is null then category_told_at else greatest(category_told_at, ${toldAt}) end,
        impending_category = case when ${change.impendingCategory !== undefined}::boolean and (category_told_at > ${toldAt}) is not true
                                  then ${change.impendingCategory ?? null} else impending_category end,
        components_changed_at = coalesce(${time(change.componentsChangedAt ?? null)}, components_changed_at)
     where name = ${name} and replace(language, '-', '_') = replace(${language}, '-', '_') returning name`.execute(
      tx,
    );
  return rows.length > 0;
}

/** A WhatsApp template by language, as it was when a message template was published on it. */
export type PublishedWording = Record<string, Pick<WhatsAppTemplateRow, 'components' | 'parameterFormat'>>;

export interface MessageTemplateRow<Definition> {
  id: string;
  status: 'draft' | 'published' | 'retired';
  version: number;
  live: Definition | null;
  draft: Definition | null;
  /** Of the live version; null where none is live, or a version before this published it. */
  wording: PublishedWording | null;
  createdAt: number;
  updatedAt: number;
}

const MESSAGE = sql`select id, status, version, live, draft, created_at as "createdAt", updated_at as "updatedAt",
    (select v.wording from message_template_version v where v.template_id = message_template.id and v.version = message_template.version) as wording
  from message_template`;

export async function listMessageTemplates<D>(tx: Tx): Promise<MessageTemplateRow<D>[]> {
  const { rows } = await sql<MessageTemplateRow<D>>`${MESSAGE} order by created_at, id`.execute(tx);
  return rows;
}

export async function readMessageTemplate<D>(
  tx: Tx,
  id: string,
  lock = false,
): Promise<MessageTemplateRow<D> | null> {
  const { rows } = await sql<
    MessageTemplateRow<D>
  >`${MESSAGE} where id = ${id}::uuid ${lock ? sql`for update` : sql``}`.execute(tx);
  return rows[0] ?? null;
}

export async function insertMessageTemplate(tx: Tx, id: string, draft: unknown, now: number): Promise<void> {
  await sql`insert into message_template (id, status, version, draft, created_at, updated_at)
    values (${id}::uuid, 'draft', 1, ${json(draft)}, ${time(now)}, ${time(now)})`.execute(tx);
}

export async function saveDraft(tx: Tx, id: string, draft: unknown, now: number): Promise<void> {
  await sql`update message_template set draft = ${json(draft)}, updated_at = ${time(now)} where id = ${id}::uuid`.execute(
    tx,
  );
}

/** The draft becomes the live version and is kept for ever under its number, with what WhatsApp serves for it today. */
export async function publishDraft(
  tx: Tx,
  id: string,
  version: number,
  definition: unknown,
  by: string,
  now: number,
): Promise<void> {
  await sql`update message_template set status = 'published', version = ${version}, live = ${json(definition)}, draft = null,
      updated_at = ${time(now)} where id = ${id}::uuid`.execute(tx);
  await sql`insert into message_template_version (template_id, version, definition, published_at, published_by, wording)
    select ${id}::uuid, ${version}::int, d.definition, ${time(now)}, ${by}, coalesce((
        select jsonb_object_agg(w.language, jsonb_build_object('components', w.components, 'parameterFormat', w.parameter_format))
          from whatsapp_template w where w.name = d.definition #>> '{whatsappTemplate,name}'), '{}')
      from (select ${json(definition)} as definition) d`.execute(tx);
}

export async function retireTemplate(tx: Tx, id: string, now: number): Promise<void> {
  await sql`update message_template set status = 'retired', updated_at = ${time(now)} where id = ${id}::uuid`.execute(
    tx,
  );
}
