import {
  type CrmColumn,
  CrmFailure,
  type RemoteCrm,
  type RemoteRow,
  type RemoteTable,
  type RemoteWriteOutcome,
} from '../../src/ports.ts';
import { BREAKS, type Break } from './worlds.ts';

/**
 * A third CRM, as small as one can be, in memory: the example of docs/adding-a-crm.md. It has HubSpot's ways where they
 * differ from Dataverse's: ids are numbers that it gives itself, a property is text ('' is nothing, 'true' and 'false'
 * are Yes and No), and what changed is asked for by time. `service` is the other side of the network; the adapter below
 * it knows only `ask`.
 */

type Properties = Record<string, string>;
interface Stored {
  properties: Properties;
  /** Place in the order of all changes. */
  changed: number;
  archived: boolean;
}

export class MemoryService {
  broken: Break | null = null;
  pageRows = 1_000;
  private changes = 0;
  private forgotten = 0;
  private readonly records = new Map<number, Stored>();
  static readonly PROPERTIES = ['fullname', 'phone', 'allow_whatsapp', 'assent_key'];

  put(given: number | null, properties: Properties): number {
    const id = given ?? 101 + this.records.size;
    this.changes += 1;
    const old = this.records.get(id)?.properties ?? {};
    this.records.set(id, { properties: { ...old, ...properties }, changed: this.changes, archived: false });
    return id;
  }
  archive(id: number): void {
    const found = this.records.get(id);
    this.changes += 1;
    if (found !== undefined) this.records.set(id, { ...found, changed: this.changes, archived: true });
  }
  get(id: number): Stored | undefined {
    const found = this.records.get(id);
    return found?.archived === true ? undefined : found;
  }
  byKey(key: string): number | null {
    for (const [id, { properties, archived }] of this.records)
      if (!archived && properties.assent_key === key) return id;
    return null;
  }
  forget(): void {
    this.changes += 1;
    this.forgotten = this.changes;
  }
  get now(): number {
    return this.changes;
  }
  /** Changed after `since`, in the order of changes; at most a page of them. */
  since(since: number): { id: number; stored: Stored }[] {
    if (since < this.forgotten && since !== 0) throw new CrmFailure('link-expired', 'That is too long ago.');
    return [...this.records]
      .map(([id, stored]) => ({ id, stored }))
      .filter(({ stored }) => stored.changed > since)
      .sort((a, b) => a.stored.changed - b.stored.changed)
      .slice(0, this.pageRows);
  }
}

/** HubSpot's numbers, Salesforce's eighteen letters: whatever names a record there, as a UUID (RFC 9562, version 8), and back. */
const toUuid = (id: number): string => `00000000-0000-8000-8000-${String(id).padStart(12, '0')}`;
const fromUuid = (uuid: string): number | null => {
  const digits = /^00000000-0000-8000-8000-(\d{12})$/.exec(uuid)?.[1];
  return digits === undefined ? null : Number(digits);
};

const BOOLEANS = new Set(['allow_whatsapp']);
const column = (name: string, label: string, kind: CrmColumn['kind']): CrmColumn => ({
  name,
  label,
  kind,
  defaultValue: null,
  custom: false,
});
const TABLE: RemoteTable = {
  name: 'person',
  label: 'Person',
  entitySet: 'people',
  idColumn: 'id',
  changeTracking: true,
  canBeMerged: false,
  stateColumn: null,
  lookups: [],
  columns: [
    column('fullname', 'Name', 'text'),
    column('phone', 'Phone', 'phone'),
    column('allow_whatsapp', 'Allow WhatsApp', 'boolean'),
  ],
};

/** Text becomes one of three states, or text that PostgreSQL can keep. */
function cellOf(name: string, text: string | undefined): string | boolean | null {
  if (text === undefined || text === '') return null;
  if (BOOLEANS.has(name)) return text === 'true';
  return text.replaceAll('\u0000', '').toWellFormed();
}
const textOf = (value: string | number | boolean | null): string => (value === null ? '' : String(value));

export function createMemoryCrm(service: MemoryService): RemoteCrm {
  const closing = new AbortController();
  /** One request: every one meets what is broken, ends in time, and fails as a CrmFailure. */
  const ask = async <T>(work: () => T, timeoutMs = 2_000): Promise<T> => {
    if (closing.signal.aborted) throw new CrmFailure('unreachable', 'Closed.');
    if (service.broken === 'silent') {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]);
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      throw closing.signal.aborted
        ? new CrmFailure('unreachable', 'Closed.')
        : new CrmFailure('timeout', 'It did not answer in time.');
    }
    if (service.broken !== null) throw new CrmFailure(BREAKS[service.broken][0], 'It is broken.');
    return work();
  };
  const known = (columns: readonly string[]): void => {
    for (const name of columns)
      if (!MemoryService.PROPERTIES.includes(name)) throw new CrmFailure('refused', `No property ${name}.`);
  };
  const rowOf = (id: number, { properties }: Stored, columns: readonly string[]): RemoteRow => ({
    id: toUuid(id),
    values: Object.fromEntries(columns.map((name) => [name, cellOf(name, properties[name])])),
    createdAt: null,
    actor: null,
    merged: false,
    byUs: false,
    etag: null,
  });

  return {
    whoAmI: () => ask(() => ({ userId: 'app-1', organizationId: 'portal-1' })),
    tables: () => ask(() => [TABLE]),
    count: () => ask(() => null),
    countValues: (_table, columns) =>
      ask(() => {
        const records = service.since(0).filter(({ stored }) => !stored.archived);
        const counted = columns.filter(
          (name) => BOOLEANS.has(name) && MemoryService.PROPERTIES.includes(name),
        );
        const holding = (name: string, value: boolean | null): number =>
          records.filter(({ stored }) => cellOf(name, stored.properties[name]) === value).length;
        return new Map(
          counted.map((name) => [
            name,
            {
              yes: holding(name, true),
              no: holding(name, false),
              empty: holding(name, null),
              upTo: service.pageRows,
            },
          ]),
        );
      }),
    // A walk is what changed since the beginning of time, so a first load and its sequel are one.
    page: (_table, columns, link) =>
      ask(() => {
        known(columns);
        const found = service.since(Number(link ?? 0));
        const last = found.at(-1)?.stored.changed ?? Number(link ?? 0);
        const complete = found.length < service.pageRows;
        return {
          rows: found
            .filter(({ stored }) => !stored.archived)
            .map(({ id, stored }) => rowOf(id, stored, columns)),
          deleted: found.filter(({ stored }) => stored.archived && link !== null).map(({ id }) => toUuid(id)),
          link: String(complete ? Math.max(last, service.now) : last),
          complete,
        };
      }),
    read: (_table, uuid, columns, timeoutMs) =>
      ask(() => {
        known(columns);
        const id = fromUuid(uuid);
        const stored = id === null ? undefined : service.get(id);
        return id === null || stored === undefined ? null : rowOf(id, stored, columns);
      }, timeoutMs),
    async write(writes) {
      const outcomes: RemoteWriteOutcome[] = [];
      for (const { recordId, column: name, value } of writes)
        outcomes.push(
          await ask((): RemoteWriteOutcome => {
            known([name]);
            const id = fromUuid(recordId);
            if (id === null || service.get(id) === undefined) return { kind: 'gone' };
            service.put(id, { [name]: textOf(value) });
            return { kind: 'written', etag: null };
          }).catch((error: unknown): RemoteWriteOutcome => {
            if (!(error instanceof CrmFailure)) throw error;
            return { kind: error.passing ? 'unknown' : 'refused', failure: error };
          }),
        );
      return outcomes;
    },
    save: (_table, recordId, values, create) =>
      ask(() => {
        const properties = Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name, textOf(value)]),
        );
        // It gives ids itself: ours is kept beside, and found again when the answer to the first try was lost.
        const id = create ? service.byKey(recordId) : fromUuid(recordId);
        if (!create && (id === null || service.get(id) === undefined)) return null;
        return toUuid(service.put(id, create ? { ...properties, assent_key: recordId } : properties));
      }),
    rights: (tables) =>
      ask(() =>
        tables.flatMap(({ name, fields }) =>
          fields.map((field) => ({
            code: 'column-missing' as const,
            subject: field,
            what: `property ${name}.${field}`,
            ok: MemoryService.PROPERTIES.includes(field),
            advice: 'Make the property, and give the app the scope to write it.',
          })),
        ),
      ),
    list: (_table, columns, link) =>
      ask(() => {
        known(columns);
        const found = service.since(Number(link ?? 0));
        const last = found.at(-1)?.stored.changed;
        return {
          rows: found
            .filter(({ stored }) => !stored.archived)
            .map(({ id, stored }) => rowOf(id, stored, columns)),
          link: last === undefined || found.length < service.pageRows ? null : String(last),
        };
      }),
    remove: (_table, uuid) =>
      ask(() => {
        const id = fromUuid(uuid);
        if (id === null || service.get(id) === undefined) return false;
        service.archive(id);
        return true;
      }),
    missingRights: () => ask(() => []),
    // It has neither: changes are read on a schedule, and nothing is told to timelines.
    webhooks: {
      find: () => ask(() => ({ url: null, steps: [], failures: [], others: [] })),
      register: () => ask(() => undefined),
      remove: () => ask(() => undefined),
      rights: async () => [],
    },
    timeline: {
      rooms: async () => ({ activity: null, note: null }),
      create: async () => 'gone',
      change: async () => false,
      complete: async () => false,
      rights: async () => [],
    },
    close: () => closing.abort(),
  };
}

/** For tests that look at the other side. */
export const idIn = (uuid: string): number => fromUuid(uuid) ?? -1;
export const uuidOf = toUuid;
