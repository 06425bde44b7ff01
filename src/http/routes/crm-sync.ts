import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { compareNow } from '../../actions/compare-crm.ts';
import type { Context } from '../../actions/context.ts';
import { loadAgain } from '../../actions/crm-hints.ts';
import { loadRecordTypes } from '../../actions/organisation.ts';
import type { Config } from '../../config.ts';
import { CRM_STALE_AFTER_MS } from '../../core/gate.ts';
import { readConnection } from '../../db/crm-connection.ts';
import { entryProblems, pendingEntries, readImpersonation } from '../../db/crm-entries.ts';
import { mirrorTables } from '../../db/crm-mirror.ts';
import { pendingWrites, writeProblems } from '../../db/crm-writes.ts';
import { columnsOut } from '../column-view.ts';
import { compareView, troubleOf } from '../compare-view.ts';
import { CrmSyncOut } from '../schemas/crm-sync.ts';
import { ByTable, type ColumnOut } from '../schemas/records.ts';
import { isoOrNull, isoTime } from '../views.ts';
import { wantedLanguages } from '../wanted-languages.ts';

/** How far the mirror of a remote CRM is, what waits to be written there, and what stands in the way. */
export function crmSyncRoutes(ctx: Context, config: Config): FastifyPluginAsyncZod {
  const { db } = ctx.database;
  return async (app) => {
    app.get(
      '/crm/sync',
      { config: { right: 'signed-in' }, schema: { tags: ['CRM'], response: { 200: CrmSyncOut } } },
      async ({ headers }) => {
        const types = await loadRecordTypes(db);
        const pending = await pendingWrites(db);
        const connection = ctx.crm.remote === null ? null : await readConnection(db);
        const now = ctx.clock();
        const languages = wantedLanguages(headers['accept-language']);
        const fieldsOf = async (table: string) => {
          const { complianceField = null, marketingField = null } = types.get(table) ?? {};
          return (await columnsOut(ctx, table, languages)).filter(
            ({ name }) => name === complianceField || name === marketingField,
          );
        };
        const tables = (await mirrorTables(db)).filter((table) => types.has(table.name));
        const fields = new Map<string, ColumnOut[]>();
        for (const { name } of tables) fields.set(name, await fieldsOf(name));
        return {
          crm: ctx.crm.kind,
          staleAfterSeconds: CRM_STALE_AFTER_MS / 1000,
          pendingWrites: [...pending.values()].reduce((sum, count) => sum + count, 0),
          connection: connection && {
            url: config.dataverse?.url ?? '',
            problem: troubleOf(connection),
            pausedUntil:
              connection.pausedUntil !== null && connection.pausedUntil > now
                ? isoTime(connection.pausedUntil)
                : null,
          },
          tables: tables.map((table) => ({
            table: table.name,
            label: types.get(table.name)?.displayName ?? table.label,
            phase: table.phase,
            loaded: table.loaded,
            total: table.total,
            ratePerSecond: table.phase === 'loading' ? table.rate : null,
            readAt: isoOrNull(table.readAt),
            pendingWrites: pending.get(table.name) ?? 0,
            fields: fields.get(table.name) ?? [],
            problem: troubleOf(table),
          })),
          problems: (await writeProblems(db, 100)).map(({ since, nextAt, ...problem }) => ({
            ...problem,
            since: isoTime(since),
            nextAttemptAt: isoTime(nextAt),
          })),
          timeline: ctx.crm.remote === null ? null : await timelineOut(ctx),
          compare: ctx.crm.remote === null ? null : await compareView(ctx),
        };
      },
    );
    app.post(
      '/crm/compare',
      {
        config: { right: 'manage-record-types' },
        schema: { tags: ['CRM'], response: { 202: z.null() } },
      },
      async ({ caller }, reply) => {
        await compareNow(ctx, caller.name);
        return reply.status(202).send(null);
      },
    );
    app.post(
      '/crm/sync/:table/load',
      {
        config: { right: 'manage-record-types' },
        schema: { tags: ['CRM'], params: ByTable, response: { 204: z.null() } },
      },
      async ({ params, caller }, reply) => {
        await loadAgain(ctx, params.table, caller.name);
        return reply.status(204).send(null);
      },
    );
  };
}

async function timelineOut(ctx: Context): Promise<z.infer<typeof CrmSyncOut>['timeline']> {
  const { db } = ctx.database;
  const impersonation = await readImpersonation(db);
  return {
    pending: await pendingEntries(db),
    impersonation: impersonation && { ...impersonation, since: isoTime(impersonation.since) },
    problems: (await entryProblems(db, 100)).map(({ since, nextAt, ...problem }) => ({
      ...problem,
      since: isoTime(since),
      nextAttemptAt: isoTime(nextAt),
    })),
  };
}
