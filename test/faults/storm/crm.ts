import { sql } from 'kysely';
import { type Bench, openBench } from '../../../emulators/dataverse/test-bench.ts';
import type { Context } from '../../../src/actions/context.ts';
import { describeCrm } from '../../../src/actions/read-crm.ts';
import type { Db } from '../../../src/db/engine.ts';
import { dataverseCrm, environment, FIELD } from '../../stories/dataverse-world.ts';
import { createTcpProxy } from './tcp-proxy.ts';

/** Where the records of a storm live: in Assent's own database, or in an organisation that can be away. */
export interface StormCrm {
  /** What the nodes are told of it. */
  env: Record<string, string>;
  complianceField: string;
  /** Makes the CRM of `ctx` this one, its columns known. */
  introduce(ctx: Context): Promise<void>;
  /** A contact that a person of the organisation makes; null where Assent's own API makes it. */
  create: ((values: Record<string, unknown>) => string) | null;
  /** What the Compliance Field of a contact holds there; undefined where the record is gone. */
  field(db: Db, id: string): Promise<boolean | null | undefined>;
  strike(kind: CrmFault, size: number): void;
  heal(): void;
  /** What is put off until later is due; at rest also what a process that died had in its hands. */
  passTime(db: Db, atRest: boolean): Promise<void>;
  /** What is still on its way there, in words; empty at rest. */
  waiting(db: Db): Promise<string>;
  /** What must not have happened. */
  broken(): string[];
  close(): Promise<void>;
}

/** Each lasts until the round ends, or hits so many requests. */
export const CRM_FAULTS = [
  'crm-down',
  'crm-cut',
  'crm-hang',
  'crm-5xx',
  'crm-429',
  'crm-late',
  'crm-token',
] as const;
export type CrmFault = (typeof CRM_FAULTS)[number];

export function embeddedCrm(): StormCrm {
  return {
    env: {},
    complianceField: 'assent_allowwhatsapp',
    async introduce() {},
    create: null,
    async field(db, id) {
      const { rows } = await sql<{ field: boolean | null }>`
        select (data ->> 'assent_allowwhatsapp')::boolean as field from crm_record where id = ${id}::uuid`.execute(
        db,
      );
      return rows[0]?.field;
    },
    strike(kind) {
      throw new Error(`${kind} cannot strike the embedded CRM`);
    },
    heal() {},
    async passTime() {},
    waiting: async () => '',
    broken: () => [],
    async close() {},
  };
}

/** The Dataverse emulator behind a proxy, which plays the network to it. */
export async function dataverseStormCrm(): Promise<StormCrm> {
  const bench: Bench = await openBench({ demo: false });
  const { emulator } = bench;
  const way = await createTcpProxy(Number(new URL(bench.url).port));
  const away = { ...bench, url: `http://127.0.0.1:${way.port}` };
  const env = Object.fromEntries(
    Object.entries(environment(away)).map(([name, value]) => [name, value ?? '']),
  );
  const made = new Set<string>();
  return {
    env,
    complianceField: FIELD,
    async introduce(ctx) {
      const crm = dataverseCrm(
        ctx.database.db,
        {
          url: away.url,
          tenantId: env.DATAVERSE_TENANT_ID ?? '',
          clientId: env.DATAVERSE_CLIENT_ID ?? '',
          clientSecret: env.DATAVERSE_CLIENT_SECRET ?? '',
          certificateFile: null,
          authority: away.url,
        },
        Date.now,
      );
      ctx.crm = crm;
      await describeCrm(ctx, crm.remote);
      crm.remote.close();
    },
    create(values) {
      const id = emulator.create('contact', values);
      made.add(id);
      return id;
    },
    async field(_, id) {
      const row = emulator.record('contact', id);
      if (row === undefined) return undefined;
      const value = row[FIELD] ?? null;
      return typeof value === 'boolean' ? value : null;
    },
    strike(kind, size) {
      switch (kind) {
        case 'crm-down':
          return void emulator.fault({ kind: 'status', always: true, retryAfter: null });
        case 'crm-cut':
          emulator.fault({ kind: 'cut', count: size });
          emulator.fault({ kind: 'cut-body', count: size });
          return way.cut();
        case 'crm-hang':
          return way.hang(size * 200);
        case 'crm-5xx':
          return void emulator.fault({ kind: 'status', count: size, accepted: size % 2 === 0 });
        case 'crm-429':
          return void emulator.fault({ kind: '429', count: size, retryAfter: 1 });
        case 'crm-late':
          return void emulator.fault({ kind: 'late', count: 2 * size, delayMs: size * 150 });
        case 'crm-token':
          return emulator.expireTokens();
      }
    },
    heal: () => emulator.clearFaults(),
    async passTime(db, atRest) {
      await sql`update crm_connection set paused_until = null`.execute(db);
      await sql`update crm_table set next_at = clock_timestamp() - interval '1 hour',
        lease_until = clock_timestamp() - interval '1 second'`.execute(db);
      await sql`update crm_write set next_at = clock_timestamp() - interval '1 hour'
        where state = 'pending' and (${atRest} or lease is null)`.execute(db);
    },
    async waiting(db) {
      const { rows } = await sql<{ writes: number; known: string[] }>`
        select (select count(*)::int from crm_write where state = 'pending') as writes,
               array(select id::text from crm_record where table_name = 'contact') as known`.execute(db);
      const known = new Set(rows[0]?.known);
      const unread = [...made].filter((id) => !known.has(id)).length;
      const writes = rows[0]?.writes ?? 0;
      return [writes > 0 ? `${writes} fields` : '', unread > 0 ? `${unread} unread records` : '']
        .filter(Boolean)
        .join(', ');
    },
    broken() {
      const found: string[] = [];
      const held = emulator.records('contact');
      if (held.length !== made.size)
        found.push(`the organisation holds ${held.length} contacts of ${made.size}`);
      const { refused } = emulator.peak();
      if (refused > 0) found.push(`the organisation refused ${refused} requests for its limits`);
      return found;
    },
    async close() {
      await way.close();
      await bench.close();
    },
  };
}
