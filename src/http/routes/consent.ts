import { stringify } from 'csv-stringify/sync';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { accessEvidence, accessTo } from '../../actions/access-conversation.ts';
import type { Context } from '../../actions/context.ts';
import { exportEvidence } from '../../actions/export-evidence.ts';
import { loadSettings } from '../../actions/organisation.ts';
import { decideGrant, recordDecision } from '../../actions/record-consent.ts';
import { notFound, Refusal } from '../../actions/refusal.ts';
import type { To } from '../../actions/target.ts';
import { refusedMeanwhile } from '../../actions/waiting-grants.ts';
import { countWaiting, heldRows, pendingGrants } from '../../db/consent.ts';
import { namesInCrm } from '../../db/record-order.ts';
import { readListed } from '../../db/records.ts';
import { isUuid } from '../../db/rows.ts';
import { requireRight } from '../auth.ts';
import { PageQuery, PurposeName } from '../schemas/common.ts';
import {
  ConsentOut,
  ConsentQuery,
  HeldPage,
  PendingGrantPage,
  RecordConsentInput,
  WaitingDecisionsOut,
} from '../schemas/consent.ts';
import { isoTime, phoneTextOf } from '../views.ts';
import { consentOf } from './consent-view.ts';
import { heldCursor, timeCursor, toCursor } from './cursor.ts';

const DAY = 86_400_000;
const MOST_COUNTED = 100;
const ById = z.object({ id: z.string().min(1).max(100) });

/** Consent: state and history, recording by a person, holds, grants that wait, and the export of evidence. */
export function consentRoutes(ctx: Context): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  return async (app) => {
    app.get(
      '/consent',
      {
        config: { right: 'see-history' },
        schema: { tags: ['Consent'], querystring: ConsentQuery, response: { 200: ConsentOut } },
      },
      async ({ query, caller }) => {
        const to = toOf(query);
        await accessTo(db, caller, to);
        return consentOf(ctx, to, query.purpose, caller);
      },
    );
    app.get(
      '/records/:table/:id/consent',
      {
        config: { right: 'see-history' },
        schema: {
          tags: ['Consent'],
          params: z.object({ table: z.string(), id: z.string() }),
          querystring: z.object({ purpose: PurposeName.default('service') }),
          response: { 200: ConsentOut },
        },
      },
      async ({ params, query, caller }) => {
        const record = isUuid(params.id) ? await readListed(db, params.table, params.id) : null;
        if (record === null) throw notFound('record');
        return consentOf(ctx, { recordType: params.table, recordId: params.id }, query.purpose, caller);
      },
    );
    app.post(
      '/consent',
      {
        config: { right: ['record-refusal', 'record-grant'] },
        // An evidence file of 5 MB is 7 MB as base64.
        bodyLimit: 8 * 1024 * 1024,
        schema: {
          tags: ['Consent'],
          body: RecordConsentInput,
          response: { 200: ConsentOut, 202: ConsentOut },
        },
      },
      async ({ body, caller }, reply) => {
        const { purpose, decision, evidence, reason } = body;
        requireRight(caller, decision === 'granted' ? 'record-grant' : 'record-refusal');
        const to = toOf(body);
        await accessTo(db, caller, to);
        const { pending } = await recordDecision(ctx, { to, purpose, decision, evidence, reason }, caller);
        return reply.status(pending ? 202 : 200).send(await consentOf(ctx, to, purpose, caller));
      },
    );
    app.get(
      '/consent-export',
      {
        config: { right: 'export', ceiling: 'exports' },
        schema: {
          tags: ['Consent'],
          querystring: z.object({
            phone: z.string().max(50).optional(),
            conversationId: z.string().optional(),
            format: z.enum(['json', 'csv']).default('json'),
          }),
        },
      },
      async ({ query, caller }, reply) => {
        const to = toOf(query);
        await accessEvidence(db, ctx, caller, to);
        const pack = await exportEvidence(ctx, to);
        // By whose it is, so that several beside each other can be told apart.
        const whose = pack.phone?.replace(/\D/g, '') ?? pack.chains.at(-1)?.contactPointId ?? '';
        if (query.format === 'json')
          return reply
            .type('application/json; charset=utf-8')
            .header('content-disposition', `attachment; filename="consent-${whose}.json"`)
            .send(JSON.stringify(pack, null, 2));
        const rows = pack.chains.flatMap((chain) =>
          chain.lines.map((line) => [
            chain.contactPointId,
            line.seq,
            line.act,
            line.purposes.join(' '),
            line.at,
            line.receivedAt,
            line.source,
            line.actor ?? '',
            JSON.stringify(line.detail),
            line.personal === null ? '' : JSON.stringify(line.personal.content),
            line.hash,
          ]),
        );
        const header = [
          'contactPointId',
          'seq',
          'act',
          'purposes',
          'at',
          'receivedAt',
          'source',
          'actor',
          'detail',
          'personal',
          'hash',
        ];
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', `attachment; filename="consent-${whose}.csv"`)
          .send(stringify([header, ...rows], { escape_formulas: true }));
      },
    );

    app.get(
      '/held',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Consent'], querystring: PageQuery, response: { 200: HeldPage } },
      },
      async ({ query, caller }) => {
        const { holdDays } = await loadSettings(db);
        const after = heldCursor(query.cursor);
        const rows = await heldRows(db, { after, viewer: caller }, query.limit + 1);
        const held = rows.slice(0, query.limit);
        const last = held.at(-1);
        const names = await namesInCrm(db, idsOf(held));
        return {
          items: held.map((row) => ({
            conversationId: row.conversationId,
            contactPointId: row.contactPointId,
            name: names.get(row.contactPointId) ?? row.name ?? row.phone ?? 'Unknown',
            phone: row.phone,
            ...phoneTextOf(row.phone),
            purpose: row.purpose,
            text: row.text ?? '',
            heldAt: isoTime(row.at),
            decidesAt: isoTime(row.at + holdDays * DAY),
          })),
          nextCursor:
            rows.length > query.limit && last !== undefined
              ? toCursor({ at: last.at, id: last.contactPointId, purpose: last.purpose })
              : null,
        };
      },
    );
    app.get(
      '/waiting-decisions',
      {
        config: { right: 'see-chats' },
        schema: { tags: ['Consent'], response: { 200: WaitingDecisionsOut } },
      },
      async ({ caller }) => {
        const { held, grants } = await countWaiting(db, caller, MOST_COUNTED);
        return {
          held: caller.rights.has('record-refusal') ? held : 0,
          grants: caller.rights.has('approve-grant') ? grants : 0,
        };
      },
    );
    app.get(
      '/pending-grants',
      {
        config: { right: 'see-history' },
        schema: { tags: ['Consent'], querystring: PageQuery, response: { 200: PendingGrantPage } },
      },
      async ({ query, caller }) => {
        const after = timeCursor(query.cursor);
        const rows = await pendingGrants(db, { after, viewer: caller }, query.limit + 1);
        const pending = rows.slice(0, query.limit);
        const last = pending.at(-1);
        const names = await namesInCrm(db, idsOf(pending));
        const outrun = await refusedMeanwhile(db, ctx, pending);
        return {
          items: pending.map((grant) => ({
            id: grant.id,
            phone: grant.phone,
            ...phoneTextOf(grant.phone),
            name: names.get(grant.contactPointId) ?? grant.name ?? grant.phone ?? 'Unknown',
            refusedMeanwhile: outrun.has(grant),
            purpose: grant.purpose,
            evidence: typeof grant.evidence.text === 'string' ? grant.evidence.text : '',
            fileName: grant.fileName,
            requestedBy: grant.requestedBy,
            own: grant.own,
            requestedAt: isoTime(grant.requestedAt),
          })),
          nextCursor:
            rows.length > query.limit && last !== undefined
              ? toCursor({ at: last.requestedAt, id: last.id })
              : null,
        };
      },
    );
    for (const [path, decision] of [
      ['approve', 'approved'],
      ['reject', 'rejected'],
    ] as const)
      app.post(
        `/pending-grants/:id/${path}`,
        {
          config: { right: 'approve-grant' },
          schema: { tags: ['Consent'], params: ById, response: { 204: z.null() } },
        },
        async ({ params, caller }, reply) => {
          await decideGrant(ctx, params.id, decision, caller);
          return reply.status(204).send(null);
        },
      );
  };
}

function toOf(query: { phone?: string | undefined; conversationId?: string | undefined }): To {
  if (query.conversationId !== undefined) return { conversationId: query.conversationId };
  if (query.phone !== undefined) return { phone: query.phone };
  throw new Refusal(422, 'invalid-request', 'Name a phone or a conversationId.');
}

const idsOf = (rows: readonly { contactPointId: string }[]): string[] => [
  ...new Set(rows.map((row) => row.contactPointId)),
];
