import type { KyselyPlugin } from 'kysely';
import type { Context } from '../../src/actions/context.ts';
import type { Database } from '../../src/db/engine.ts';

/** Where one action of the product stands: between two statements, before its commit, after it, or at its end. */
export type Halt = 'statement' | 'commit' | 'committed' | 'ended';

/** One action under way, held after every statement and around every commit until it is told to go on. */
export interface Stepped {
  /** Resolves at the next halt. */
  halted(): Promise<Halt>;
  /** Lets it go on to its next halt, and resolves there. */
  goOn(): Promise<Halt>;
  /** Lets it go until it halts so. Throws where it ends first. */
  until(halt: Halt): Promise<void>;
  /** Its process dies here: the statement under way throws, and nothing of it goes on. */
  die(): void;
}

/**
 * Runs an action of the product with a database whose statements and commits wait for us: real transactions, real locks,
 * one step at a time. Nothing in `src` knows of it: what is wrapped is the Context's own port. Where transactions cannot
 * overlap (one connection), a transaction runs through and halts after its commit.
 */
export function runStepped(
  ctx: Context,
  work: (ctx: Context) => Promise<void>,
  overlapping: boolean,
): Stepped {
  let release: { goOn: () => void; die: (error: Error) => void } | null = null;
  let at: Halt | null = null;
  let heard: ((halt: Halt) => void) | null = null;
  const arrive = (halt: Halt): void => {
    at = halt;
    heard?.(halt);
    heard = null;
  };
  const hold = (halt: Halt): Promise<void> =>
    new Promise((goOn, die) => {
      release = { goOn, die };
      arrive(halt);
    });
  const database = steppedDatabase(ctx.database, hold, overlapping);
  work({ ...ctx, database }).then(
    () => arrive('ended'),
    (error: unknown) => {
      if (!(error instanceof Died)) console.error(error);
      arrive('ended');
    },
  );
  const halted = (): Promise<Halt> =>
    at === null ? new Promise((resolve) => (heard = resolve)) : Promise.resolve(at);
  const goOn = (): Promise<Halt> => {
    const held = release;
    release = null;
    if (at === 'ended') return Promise.resolve('ended');
    at = null;
    held?.goOn();
    return halted();
  };
  return {
    halted,
    goOn,
    async until(halt) {
      for (let now = await halted(); now !== halt; now = await goOn())
        if (now === 'ended') throw new Error(`it ended before ${halt}`);
    },
    die() {
      release?.die(new Died());
      release = null;
    },
  };
}

class Died extends Error {}

function steppedDatabase(
  database: Database,
  hold: (halt: Halt) => Promise<void>,
  overlapping: boolean,
): Database {
  let inside = false;
  const afterEach: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      if (overlapping || !inside) await hold('statement');
      return result;
    },
  };
  const stepped = (plain: Database['db']): Database['db'] => {
    const db = plain.withPlugin(afterEach);
    const begin = db.transaction.bind(db);
    const transaction = () => {
      const builder = begin();
      return {
        async execute<T>(work: Parameters<typeof builder.execute<T>>[0]): Promise<T> {
          const result = await builder.execute(async (tx) => {
            inside = true;
            const made = await work(tx);
            if (overlapping) await hold('commit');
            return made;
          });
          inside = false;
          await hold('committed');
          return result;
        },
      };
    };
    return Object.assign(db, { transaction }) as unknown as Database['db'];
  };
  return { ...database, db: stepped(database.db), keyed: stepped(database.keyed) };
}
