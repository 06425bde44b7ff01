import { describe, expect, test } from 'vitest';
import { importCycles, wrongDirections } from './direction.ts';
import { secondDoors, sqlOutsideDb, transactionsOutsideActions, writesOutsideActions } from './doors.ts';
import { barrels, emptyNames, impureCore, uncheckedTypes } from './manners.ts';
import { type Module, parseModule, readModules } from './modules.ts';

/**
 * Each rule is held against the whole repository, and against lines that break it: a rule that lets those pass would
 * be no rule.
 */
type Rule = (modules: readonly Module[]) => string[];

interface RuleCase {
  rule: Rule;
  promise: string;
  /** Each breaks the rule by itself: the modules by path. */
  broken: Record<string, string>[];
  /** Looks alike and keeps it. */
  kept?: Record<string, string>[];
}

const RULES: RuleCase[] = [
  {
    rule: wrongDirections,
    promise: 'imports run one way',
    broken: [
      { 'src/core/gate.ts': "import { find } from '../db/consent.ts';" },
      { 'src/core/gate.ts': "import type { Clock } from '../ports.ts';" },
      { 'src/core/gate.ts': "import { z } from 'zod';" },
      { 'src/core/evidence.ts': "import { createHash } from 'node:crypto';" },
      { 'src/db/consent.ts': "import { judge } from '../actions/judge.ts';" },
      { 'src/actions/judge.ts': "import { createCloud } from '../adapters/whatsapp-cloud/client.ts';" },
      { 'src/actions/judge.ts': "import { Problem } from '../http/schemas/common.ts';" },
      { 'src/adapters/whatsapp-cloud/client.ts': "import { ingest } from '../../actions/ingest.ts';" },
      { 'src/adapters/whatsapp-cloud/client.ts': "import { x } from '../embedded-crm/embedded-crm.ts';" },
      { 'src/http/schemas/chat.ts': "import { app } from '../server.ts';" },
      { 'src/http/server.ts': "import { main } from '../main.ts';" },
      { 'src/http/server.ts': "import { run } from '../workers/outbox.ts';" },
      { 'src/workers/outbox.ts': "import { server } from '../http/server.ts';" },
      { 'src/http/webhooks.ts': "import { createCloud } from '../adapters/whatsapp-cloud/client.ts';" },
      { 'src/core/gate.ts': "import type { Config } from '../config.ts';" },
      { 'src/db/engine.ts': "import { lock } from '../data-lock.ts';" },
      { 'web/chat/thread.tsx': "import { RecordPage } from '../crm/record-page.tsx';" },
      { 'web/ui/page.tsx': "import { Thread } from '../chat/thread.tsx';" },
      { 'web/i18n/i18n.ts': "import { Page } from '../ui/page.tsx';" },
      { 'web/i18n/i18n.ts': "import { Thread } from '../chat/thread.tsx';" },
      { 'web/chat/thread.tsx': "const page = await import('../../src/db/messages.ts');" },
      { 'web/chat/thread.tsx': "type Row = import('../../src/db/messages.ts').Row;" },
      { 'web/chat/thread.tsx': "export { send } from '../../src/actions/send-message.ts';" },
      { 'emulators/whatsapp-cloud/send.ts': "import { normalise } from '../../src/core/normalise.ts';" },
      { 'src/actions/send-message.ts': "import { eg } from '../../test/eg.ts';" },
    ],
    kept: [
      {
        'src/core/phone.ts': "import { parse } from 'libphonenumber-js/max';",
        'src/core/gate.test.ts': "import { eg } from '../../test/eg.ts';",
        'src/main.ts': "import { run } from './workers/outbox.ts'; import './http/server.ts';",
        'src/cli/doctor.ts': "import { migrate } from '../db/migrate.ts';",
        'web/routes.tsx': "import { Thread } from './chat/thread.tsx';",
        'web/ui/page.tsx': "import { translate } from '../i18n/i18n.ts';",
        'web/chat/thread.tsx':
          "import { Page } from '../ui/page.tsx'; import { t } from '../i18n/i18n.ts'; import { gate } from '../../src/core/gate.ts';",
      },
    ],
  },
  {
    rule: importCycles,
    promise: 'no module imports itself by a detour',
    broken: [
      {
        'src/core/a.ts': "import { b } from './b.ts';",
        'src/core/b.ts': "import { c } from './c.ts';",
        'src/core/c.ts': "import './a.ts';",
      },
    ],
    kept: [
      {
        'src/core/a.ts': "import { b } from './b.ts'; import { c } from './c.ts';",
        'src/core/b.ts': "import { c } from './c.ts';",
        'src/core/c.ts': "import type { B } from './b.ts'; export const c = 1;",
      },
    ],
  },
  {
    rule: sqlOutsideDb,
    promise: 'SQL is spoken in src/db',
    broken: [
      { 'src/actions/a.ts': 'const q = sql`now()`;' },
      { 'src/actions/a.ts': 'const q = sql<{ id: string }>`now()`;' },
      { 'src/actions/a.ts': "import { sql } from 'kysely';" },
      { 'src/workers/a.ts': "import pg from 'pg';" },
      { 'src/http/a.ts': "query('select id from message where id = $1');" },
      { 'src/http/a.ts': 'query(`\n  update message set status = $' + '{status}`);' },
      { 'src/http/a.ts': "query('INSERT INTO ledger VALUES (1)');" },
    ],
    kept: [
      { 'web/chat/a.tsx': "const hint = 'Select a template from the list';" },
      { 'src/db/a.ts': "import { sql } from 'kysely'; const q = sql`select 1`;" },
    ],
  },
  {
    rule: transactionsOutsideActions,
    promise: 'transactions open in actions',
    broken: [
      { 'src/http/a.ts': 'await db.transaction().execute(work);' },
      { 'src/actions/a.ts': 'await ctx.database.db\n  .transaction()\n  .execute(work);' },
      { 'src/workers/a.ts': "import { inTransaction } from '../actions/transaction.ts';" },
      { 'src/db/a.ts': 'await sql`begin`.execute(db);' },
    ],
    kept: [
      { 'src/actions/transaction.ts': 'await db.transaction().execute(work);' },
      { 'src/actions/a.ts': "import { inTransaction } from './transaction.ts';" },
      { 'src/db/a.ts': 'await sql`rollback to savepoint part`.execute(tx);' },
    ],
  },
  {
    rule: writesOutsideActions,
    promise: 'what writes is called by actions',
    broken: [
      {
        'src/db/a.ts':
          'export async function setRead(tx) { await sql`update message set read = true`.execute(tx); }',
        'src/http/a.ts': "import { setRead } from '../db/a.ts';",
      },
      {
        'src/db/a.ts':
          'export async function both(tx) { await one(tx); }\nasync function one(tx) { await sql`delete from message`.execute(tx); }',
        'src/http/a.ts': "import { both } from '../db/a.ts';",
      },
    ],
    kept: [
      {
        'src/db/a.ts': 'export async function find(tx) { return sql`select id from message`.execute(tx); }',
        'src/http/a.ts': "import { find } from '../db/a.ts';",
      },
    ],
  },
  {
    rule: secondDoors,
    promise: 'one door to the ledger and one to WhatsApp',
    broken: [
      { 'src/db/records.ts': 'await sql`insert into ledger (seq) values (1)`.execute(tx);' },
      { 'src/db/records.ts': 'await sql`delete from ledger where seq = 1`.execute(tx);' },
      { 'src/actions/ingest.ts': "import { appendLines } from '../db/ledger.ts';" },
      { 'src/actions/ingest.ts': 'await ctx.provider.send(message);' },
      { 'src/http/a.ts': 'await provider?.send(message);' },
    ],
    kept: [
      { 'src/db/ledger.ts': 'await sql`insert into ledger (seq) values (1)`.execute(tx);' },
      { 'src/actions/ingest.ts': 'await hints.send(tx);' },
      { 'src/db/migrate.ts': 'const s = `create trigger t before update or delete on ledger`;' },
    ],
  },
  {
    rule: barrels,
    promise: 'no barrels',
    broken: [
      { 'src/core/index.ts': 'export const a = 1;' },
      { 'src/core/all.ts': "export { a } from './a.ts';" },
      { 'src/core/all.ts': "export * from './a.ts';\nexport const b = 1;" },
    ],
    kept: [{ 'src/core/a.ts': "export type { B } from './b.ts';\nexport const a = 1;" }],
  },
  {
    rule: emptyNames,
    promise: 'names say what a module is about',
    broken: [{ 'src/core/utils.ts': '' }, { 'web/ui/date-helpers.ts': '' }, { 'src/helpers/dates.ts': '' }],
    kept: [{ 'src/core/phone.ts': '' }],
  },
  {
    rule: uncheckedTypes,
    promise: 'nobody goes round the type checker',
    broken: [
      { 'src/core/a.ts': 'const a = b as any;' },
      { 'src/core/a.ts': 'const a: Record<string, any> = {};' },
      { 'web/ui/a.tsx': 'const a = b!.c;' },
      { 'src/core/a.ts': '// @ts-ignore\nconst a = 1;' },
      { 'src/core/a.ts': '  /* @ts-expect-error */\nconst a = 1;' },
    ],
    kept: [{ 'src/core/a.ts': "const a = 'any' as const; const b = a !== 'x';" }],
  },
  {
    rule: impureCore,
    promise: 'core knows what it is told',
    broken: [
      { 'src/core/a.ts': 'const now = Date.now();' },
      { 'src/core/a.ts': 'const now = new Date();' },
      { 'src/core/a.ts': 'const token = Math.random();' },
    ],
    kept: [{ 'src/core/a.ts': 'const at = new Date(now); const day = Date.parse(text);' }],
  },
];

const repository = readModules();

describe.each(RULES)('$promise', ({ rule, broken, kept = [] }) => {
  test('in the whole repository', () => {
    expect(rule(repository)).toEqual([]);
  });
  test.each(broken)('is broken by %j', (files) => {
    expect(rule(modulesOf(files))).not.toEqual([]);
  });
  test.each(kept)('is kept by %j', (files) => {
    expect(rule(modulesOf(files))).toEqual([]);
  });
});

test('the repository is read', () => {
  expect(repository.length).toBeGreaterThan(100);
});

function modulesOf(files: Record<string, string>): Module[] {
  return Object.entries(files).map(([path, text]) => parseModule(path, text));
}
