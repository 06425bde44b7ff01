import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { entityTag } from '../../actions/changed-meanwhile.ts';
import { checkWebhook } from '../../actions/check-webhook.ts';
import type { Context } from '../../actions/context.ts';
import { changeSettings, resumeChannel } from '../../actions/edit-organisation.ts';
import { loadPublished, loadRecordTypes, loadSettings } from '../../actions/organisation.ts';
import { notFound } from '../../actions/refusal.ts';
import type { Config } from '../../config.ts';
import { madeOn } from '../../core/entity-tag.ts';
import type { Settings } from '../../core/settings.ts';
import { silentSince } from '../../core/silence.ts';
import { anyConversation } from '../../db/conversations.ts';
import { inboxFigures } from '../../db/inbox.ts';
import { auditPage, readChannel } from '../../db/organisation.ts';
import { outboxFigures } from '../../db/outbox.ts';
import { profileOf } from '../../db/people.ts';
import { withTag } from '../entity-tag.ts';
import {
  AuditOut,
  ChannelOut,
  MeOut,
  SettingsOut,
  SettingsPatch,
  SetupOut,
  WebhookTest,
} from '../schemas/administration.ts';
import { MadeOnHeaders, PageQuery, pageOf } from '../schemas/common.ts';
import { isoOrNull, isoTime } from '../views.ts';
import { numberCursor, toCursor } from './cursor.ts';

/** Who I am, settings, audit, the channel, and what the first run still lacks. */
export function administrationRoutes(ctx: Context, config: Config): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  return async (app) => {
    app.get(
      '/me',
      { config: { right: 'signed-in' }, schema: { tags: ['Administration'], response: { 200: MeOut } } },
      async ({ caller }) => ({
        id: caller.id,
        name: caller.name,
        role: caller.role,
        rights: [...caller.rights],
        ...(await profileOf(db, caller.id)),
        sandbox: config.sandbox,
        phonePage: config.sandbox && caller.role === 'administrator' ? '/emulator/phone' : null,
        version: config.version,
      }),
    );

    const tagged = (settings: Settings) => ({ ...settings, etag: entityTag(ctx, settings) });
    app.get(
      '/settings',
      {
        config: { right: 'signed-in' },
        schema: { tags: ['Administration'], response: { 200: SettingsOut } },
      },
      async (_, reply) => withTag(reply, tagged(await loadSettings(db))),
    );
    app.patch(
      '/settings',
      {
        config: { right: 'manage-settings' },
        schema: {
          tags: ['Administration'],
          body: SettingsPatch,
          headers: MadeOnHeaders,
          response: { 200: SettingsOut },
        },
      },
      async ({ body, headers, caller }, reply) => {
        const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
        const on = madeOn(headers['if-match']);
        return withTag(reply, tagged(await changeSettings(ctx, given, caller.name, on)));
      },
    );
    app.get(
      '/audit',
      {
        config: { right: 'see-audit' },
        schema: { tags: ['Administration'], querystring: PageQuery, response: { 200: pageOf(AuditOut) } },
      },
      async ({ query }) => {
        const rows = await auditPage(db, numberCursor(query.cursor), query.limit + 1);
        const page = rows.slice(0, query.limit);
        const last = page.at(-1);
        return {
          items: page.map((row) => ({ ...row, id: String(row.id), at: isoTime(row.at) })),
          nextCursor: rows.length > query.limit && last !== undefined ? toCursor(last.id) : null,
        };
      },
    );

    const channel = async (): Promise<z.infer<typeof ChannelOut>> => {
      const row = await readChannel(db, ctx.channel.phoneNumberId);
      if (row === null) throw notFound('channel');
      const inbox = await inboxFigures(db, ctx.clock());
      const outbox = await outboxFigures(db, ctx.clock());
      return {
        id: row.id,
        phoneNumberId: row.phoneNumberId,
        businessAccountId: row.businessAccountId,
        displayPhoneNumber: row.displayPhoneNumber,
        verifiedName: row.verifiedName,
        status: row.status,
        stoppedReason: row.stoppedReason,
        quality: row.quality,
        apiUrl: config.whatsapp.apiUrl,
        apiVersion: config.whatsapp.apiVersion,
        webhookUrl: `${config.publicUrl}/webhooks/whatsapp`,
        lastWebhookAt: isoOrNull(row.lastWebhookAt),
        silentSince: isoOrNull(silentSince(row, ctx.clock())),
        templatesSyncedAt: isoOrNull(row.templatesSyncedAt),
        inboxPending: inbox.pending,
        outboxPending: outbox.pending,
        unconfirmed: outbox.unconfirmed,
        failedUpdates: inbox.unapplied,
      };
    };
    app.get(
      '/channel',
      { config: { right: 'signed-in' }, schema: { tags: ['Administration'], response: { 200: ChannelOut } } },
      channel,
    );
    app.post(
      '/channel/resume',
      {
        config: { right: 'manage-settings' },
        schema: { tags: ['Administration'], response: { 200: ChannelOut } },
      },
      async ({ caller }) => {
        await resumeChannel(ctx, caller.name);
        return channel();
      },
    );
    app.post(
      '/channel/webhook-test',
      {
        config: { right: 'manage-settings' },
        schema: { tags: ['Administration'], response: { 200: WebhookTest } },
      },
      async () => checkWebhook(config.publicUrl, config.whatsapp.verifyToken),
    );

    app.get(
      '/setup',
      { config: { right: 'signed-in' }, schema: { tags: ['Administration'], response: { 200: SetupOut } } },
      async () => {
        const types = [...(await loadRecordTypes(db)).values()];
        const published = (await loadPublished(db)).map((template) => template.definition.type);
        const synced = (await readChannel(db, ctx.channel.phoneNumberId))?.templatesSyncedAt != null;
        const steps = [
          {
            id: 'whatsapp',
            title: 'Sync the WhatsApp templates',
            done: synced,
            link: '/configuration/whatsapp',
          },
          {
            id: 'record-type',
            title: 'Add a record type with its Compliance Field',
            done: types.some((type) => type.complianceField !== null),
            link: '/configuration/record-types',
          },
          {
            id: 'consent-template',
            title: 'Publish a Consent Template',
            done: published.includes('consent'),
            link: '/configuration/message-templates/new',
          },
          {
            id: 'answer-templates',
            title: 'Publish its Opt-In and Opt-Out Templates',
            done: published.includes('opt-in') && published.includes('opt-out'),
            link: '/configuration/message-templates',
          },
          {
            id: 'first-request',
            title: 'Send the first consent request from a record',
            done: await anyConversation(db),
            link: '/records',
          },
        ];
        return { steps, done: steps.every((step) => step.done) };
      },
    );
  };
}
