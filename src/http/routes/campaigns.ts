import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import { countedOnce } from '../../actions/counted-once.ts';
import { notFound } from '../../actions/refusal.ts';
import { cancelCampaign, startCampaign } from '../../actions/start-campaign.ts';
import { explainSkip } from '../../core/campaign.ts';
import {
  type CampaignRow,
  campaignAnswers,
  campaignOutcomes,
  campaignPage,
  readCampaign,
  skippedPage,
} from '../../db/campaigns.ts';
import type { Tx } from '../../db/engine.ts';
import { isUuid } from '../../db/rows.ts';
import {
  CampaignInput,
  CampaignOut,
  CampaignOutcomes,
  CampaignPage,
  SkippedPage,
  SkippedQuery,
} from '../schemas/campaigns.ts';
import { Id, NeededIdempotencyKey, PageQuery } from '../schemas/common.ts';
import { isoOrNull, isoTime, phoneTextOf } from '../views.ts';
import { idCursor, timeCursor, toCursor } from './cursor.ts';

/** Campaigns: start, follow, see who was skipped and why and what became of the messages, cancel. */
export function campaignRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  const tags = ['Campaigns'];
  const params = z.object({ id: Id });
  const countOutcomes = countedOnce(ctx, async (tx, id) => ({
    messages: await campaignOutcomes(tx, id),
    answers: await campaignAnswers(tx, id),
  }));
  const follow = { config: { right: ['run-campaigns', 'see-audit'] as const } };
  return async (app) => {
    app.get(
      '/campaigns',
      { ...follow, schema: { tags, querystring: PageQuery, response: { 200: CampaignPage } } },
      async ({ query }) => {
        const rows = await campaignPage(db, timeCursor(query.cursor), query.limit + 1);
        const page = rows.slice(0, query.limit);
        const last = page.at(-1);
        return {
          items: page.map(campaignOut),
          nextCursor:
            rows.length > query.limit && last !== undefined
              ? toCursor({ at: last.createdAt, id: last.id })
              : null,
        };
      },
    );
    app.post(
      '/campaigns',
      {
        config: { right: 'run-campaigns' },
        schema: {
          tags,
          body: CampaignInput,
          headers: z.object({ 'idempotency-key': NeededIdempotencyKey }).loose(),
          response: { 202: CampaignOut },
        },
      },
      async ({ body, headers, caller }, reply) =>
        reply
          .status(202)
          .send(campaignOut(await startCampaign(ctx, body, caller, headers['idempotency-key']))),
    );
    app.get(
      '/campaigns/:id',
      { ...follow, schema: { tags, params, response: { 200: CampaignOut } } },
      async (request) => campaignOut(await found(db, request.params.id)),
    );
    app.get(
      '/campaigns/:id/skipped',
      { ...follow, schema: { tags, params, querystring: SkippedQuery, response: { 200: SkippedPage } } },
      async ({ query, params: { id } }) => {
        const after = idCursor(query.cursor);
        const campaign = await found(db, id);
        const rows = await skippedPage(db, campaign, query.code, after, query.limit + 1);
        const page = rows.slice(0, query.limit);
        const last = page.at(-1);
        return {
          items: page.map((row) => ({
            recordType: campaign.recordType,
            recordId: row.recordId,
            contactPointId: row.contactPointId,
            name: row.name,
            phone: row.phone,
            ...phoneTextOf(row.phone),
          })),
          nextCursor:
            rows.length > query.limit && last !== undefined ? toCursor({ id: last.recordId }) : null,
        };
      },
    );
    app.get(
      '/campaigns/:id/outcomes',
      { ...follow, schema: { tags, params, response: { 200: CampaignOutcomes } } },
      async ({ params: { id } }) => {
        await found(db, id);
        const { messages, answers } = await countOutcomes(id);
        return {
          messages: messages.map(({ status, code, text, count }) => ({
            status,
            reason: code === null ? null : { code, text: text ?? '' },
            count,
          })),
          answers,
        };
      },
    );
    app.post(
      '/campaigns/:id/cancel',
      { config: { right: 'run-campaigns' }, schema: { tags, params, response: { 202: CampaignOut } } },
      async (request, reply) =>
        reply.status(202).send(campaignOut(await cancelCampaign(ctx, request.params.id, request.caller))),
    );
  };
}

async function found(db: Tx, id: string): Promise<CampaignRow> {
  const campaign = isUuid(id) ? await readCampaign(db, id) : null;
  if (campaign === null) throw notFound('campaign');
  return campaign;
}

function campaignOut(row: CampaignRow): CampaignOut {
  const seconds = row.startedAt === null || row.lastAt === null ? 0 : (row.lastAt - row.startedAt) / 1_000;
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    messageTemplateId: row.messageTemplateId,
    audience: { recordType: row.recordType, everyRecord: row.recordIds === null },
    startedBy: row.actor,
    createdAt: isoTime(row.createdAt),
    startedAt: isoOrNull(row.startedAt),
    finishedAt: isoOrNull(row.finishedAt),
    total: row.total,
    done: row.done,
    queued: row.queued,
    skipped: Object.entries(row.skipped)
      .map(([code, count]) => ({ code, text: explainSkip(code), count }))
      .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1)),
    withdrawn: row.withdrawn,
    perSecond: seconds > 0 ? Math.round((row.done / seconds) * 10) / 10 : null,
    waitsFor: row.waitsFor === null ? null : { code: row.waitsFor, text: explainSkip(row.waitsFor) },
  };
}
