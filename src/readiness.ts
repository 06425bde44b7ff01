import { type Db, probe } from './db/engine.ts';
import { schemaState } from './db/migrate.ts';
import type { Readiness } from './http/health.ts';
import type { Loop } from './workers/loop.ts';

/** What a node knows of itself. */
export interface NodeState {
  /** Its loops run. */
  started: boolean;
  /** It was told to stop. */
  stopping: boolean;
  loops: readonly Pick<Loop, 'name' | 'trouble'>[];
  /** What is left on the disk of the embedded database, bytes; null with PostgreSQL, which says so itself. */
  freeBytes: (() => Promise<number>) | null;
}

/** The probe's row finds room in files that are there long after a webhook does not. */
const LEAST_FREE_BYTES = 8 * 1024 * 1024;
const FULL = 'The disk of the database is full.';

const SCHEMA = {
  behind: 'The database lacks a migration of this version: start the node again.',
  'taken-away': 'A later version took away from the database what this one needs: start that version.',
};

/** Whether this node should get traffic, with a reason that names nobody. Throws where the database cannot be asked. */
export async function readiness(db: Db, state: NodeState): Promise<Readiness> {
  if (state.stopping) return { ok: false, detail: 'stopping' };
  if (!state.started) return { ok: false, detail: 'starting' };
  const unwritable = await probe(db).then(
    () => null,
    (error: unknown) => {
      const why = whyUnwritable(error);
      if (why === null) throw error;
      return why;
    },
  );
  if (unwritable !== null) return { ok: false, detail: unwritable };
  if (state.freeBytes !== null && (await state.freeBytes()) < LEAST_FREE_BYTES)
    return { ok: false, detail: FULL };
  const schema = await schemaState(db);
  if (schema !== 'ready') return { ok: false, detail: SCHEMA[schema] };
  for (const { name, trouble } of state.loops) {
    const what = trouble();
    if (what !== null) return { ok: false, detail: `The loop ${name} ${what}.` };
  }
  return { ok: true, detail: 'database writable and migrated, loops alive' };
}

/** A database that answers and takes no writes: https://www.postgresql.org/docs/15/errcodes-appendix.html */
function whyUnwritable(error: unknown): string | null {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  if (code === '25006') return 'The database is read-only.';
  return code === '53100' ? FULL : null;
}
