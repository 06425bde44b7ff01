import { timingSafeEqual } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import { changeSettings, resumeChannel } from '../../actions/edit-organisation.ts';
import { loadPublished, loadRecordTypes, loadSettings } from '../../actions/organisation.ts';
import { notFound } from '../../actions/refusal.ts';
import type { Config } from '../../config.ts';
import { inboxFigures } from '../../db/inbox.ts';
import { conversationPage } from '../../db/messages.ts';
import { auditPage, readChannel } from '../../db/organisation.ts';
import { outboxFigures } from '../../db/outbox.ts';
import { requireRole } from '../auth.ts';
import {
  AuditOut,
  ChannelOut,
  MeOut,
  Settings,
  SettingsPatch,
  SetupOut,
  WebhookTest,
} from '../schemas/administration.ts';
import { PageQuery, pageOf } from '../schemas/common.ts';
import { isoOrNull, isoTime } from '../views.ts';
import { numberCursor, toCursor } from './cursor.ts';

/** Who I am, settings, audit, the channel, and what the first run still lacks. */
export function administrationRoutes(ctx: Context, config: Config): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  const administrator = requireRole('administrator');
  return async (app) => {
    app.get(
      '/me',
      { schema: { tags: ['Administration'], response: { 200: MeOut } } },
      async ({ caller }) => ({
        id: caller.id,
        name: caller.name,
        role: caller.role,
        sandbox: config.sandbox,
        phonePage: config.sandbox && caller.role === 'administrator' ? '/emulator/phone' : null,
        version: config.version,
      }),
    );

    app.get('/settings', { schema: { tags: ['Administration'], response: { 200: Settings } } }, async () =>
      loadSettings(db),
    );
    app.patch(
      '/settings',
      {
        schema: { tags: ['Administration'], body: SettingsPatch, response: { 200: Settings } },
        preHandler: administrator,
      },
      async ({ body, caller }) => {
        const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
        return changeSettings(ctx, given, caller.name);
      },
    );
    app.get(
      '/audit',
      {
        schema: { tags: ['Administration'], querystring: PageQuery, response: { 200: pageOf(AuditOut) } },
        preHandler: requireRole('administrator', 'auditor'),
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
      const outbox = await outboxFigures(db);
      return {
        id: row.id,
        phoneNumberId: row.phoneNumberId,
        businessAccountId: row.businessAccountId,
        displayPhoneNumber: row.displayPhoneNumber,
        verifiedName: row.verifiedName,
        status: row.stoppedReason === null ? row.status : `STOPPED (${row.stoppedReason})`,
        quality: row.quality,
        apiUrl: config.whatsapp.apiUrl,
        apiVersion: config.whatsapp.apiVersion,
        webhookUrl: `${config.publicUrl}/webhooks/whatsapp`,
        lastWebhookAt: isoOrNull(row.lastWebhookAt),
        templatesSyncedAt: isoOrNull(row.templatesSyncedAt),
        inboxPending: inbox.pending,
        outboxPending: outbox.pending,
        unconfirmed: outbox.unconfirmed,
        failedUpdates: inbox.unapplied,
      };
    };
    app.get('/channel', { schema: { tags: ['Administration'], response: { 200: ChannelOut } } }, channel);
    app.post(
      '/channel/resume',
      { schema: { tags: ['Administration'], response: { 200: ChannelOut } }, preHandler: administrator },
      async ({ caller }) => {
        await resumeChannel(ctx, caller.name);
        return channel();
      },
    );
    app.post(
      '/channel/webhook-test',
      { schema: { tags: ['Administration'], response: { 200: WebhookTest } }, preHandler: administrator },
      async () => testWebhook(config),
    );

    app.get('/setup', { schema: { tags: ['Administration'], response: { 200: SetupOut } } }, async () => {
      const types = [...(await loadRecordTypes(db)).values()];
      const published = (await loadPublished(db)).map((template) => template.definition.type);
      const synced = (await readChannel(db, ctx.channel.phoneNumberId))?.templatesSyncedAt != null;
      const chats = await conversationPage(
        db,
        {
          search: null,
          searchDigits: null,
          recordType: null,
          recordId: null,
          matchKey: null,
          consent: null,
          unread: false,
        },
        null,
        1,
      );
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
          done: chats.length > 0,
          link: '/records',
        },
      ];
      return { steps, done: steps.every((step) => step.done) };
    });
  };
}

/** Calls our own webhook address as Meta would at set-up: shows whether it is reachable and knows the verify token. */
async function testWebhook(config: Config): Promise<z.infer<typeof WebhookTest>> {
  const challenge = String(Date.now());
  const url = new URL('/webhooks/whatsapp', config.publicUrl);
  url.searchParams.set('hub.mode', 'subscribe');
  url.searchParams.set('hub.challenge', challenge);
  url.searchParams.set('hub.verify_token', config.whatsapp.verifyToken);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: 'error' });
    const body = Buffer.from(await response.text());
    const same = body.length === challenge.length && timingSafeEqual(body, Buffer.from(challenge));
    if (response.status === 200 && same)
      return { ok: true, detail: 'The webhook address answers as WhatsApp expects.' };
    return {
      ok: false,
      detail: `The webhook address answered ${response.status}, and not with the challenge.`,
    };
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    return {
      ok: false,
      detail: `The webhook address cannot be reached: ${cause}. Check PUBLIC_URL and your proxy.`,
    };
  }
}
