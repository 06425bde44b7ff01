import { mirrorTables } from '../../db/crm-mirror.ts';
import { queueWrite } from '../../db/crm-writes.ts';
import type { Db, Tx } from '../../db/engine.ts';
import { listColumns, readRecord } from '../../db/records.ts';
import { isUuid } from '../../db/rows.ts';
import type { Crm, RemoteCrm } from '../../ports.ts';

/** A CRM behind a network, as the rest of Assent sees it. */
export interface MirroredCrm extends Crm {
  readonly remote: RemoteCrm;
}

/**
 * What is the same for every remote CRM: what Assent shows and decides by is a mirror of its records in our own database;
 * fields change there in the transaction that decides, which leaves a job behind that makes the CRM agree. `queued` tells
 * the loops that write back, once the transaction is through.
 */
export function createMirroredCrm(
  kind: Crm['kind'],
  db: Db,
  remote: RemoteCrm,
  queued: (tx: Tx) => Promise<void>,
): MirroredCrm {
  return {
    kind,
    remote,
    tables: async () => (await mirrorTables(db)).map(({ name, label }) => ({ name, label })),
    columns: (tx, table) => listColumns(tx, table),
    async writeFields(tx, writes, now) {
      let any = false;
      for (const write of writes) if (isUuid(write.recordId)) any = (await queueWrite(tx, write, now)) || any;
      if (any) await queued(tx);
    },
    async values(tx, table, recordId) {
      if (!isUuid(recordId)) return null;
      return (await readRecord(tx, table, recordId))?.data ?? null;
    },
  };
}
