import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Context } from '../actions/context.ts';
import { exportEvidence, signedHere } from '../actions/export-evidence.ts';
import { createSetupLink } from '../actions/invite.ts';
import { Refusal } from '../actions/refusal.ts';
import { checkSeals, reseal } from '../actions/reseal.ts';
import { replayInbox } from '../actions/retry-inbox.ts';
import { createSeal } from '../actions/seal.ts';
import {
  createAuditedSignInLink,
  createSignInLink,
  ensureSandboxPeople,
  SANDBOX_PEOPLE,
} from '../actions/sign-in.ts';
import { verifyLedger } from '../actions/verify-ledger.ts';
import { whyNotStarted } from '../cannot-start.ts';
import { type Config, readConfig } from '../config.ts';
import { lockDataDirectory } from '../data-lock.ts';
import { isMigrated, migrate } from '../db/migrate.ts';
import { createLog } from '../log.ts';
import { createContext, openDatabase } from '../start.ts';
import { afterRestoreCommand, backupCommand, hasDatabase, restoreCommand } from './backup.ts';
import { compareCommand, webhookCommand } from './crm.ts';
import { doctor } from './doctor.ts';
import { NotWritten, writeNamed } from './named-file.ts';

const USAGE = `npm run assent -- <command>

  doctor                          checks configuration, database, WhatsApp, CRM and webhook, and says what to do
  ledger verify                   recomputes every hash of the consent ledger
  webhook replay                  applies webhooks again that could not be applied
  export consent --phone NUMBER   writes everything known about one customer's consent (--out FILE, default: standard output)
  evidence verify FILE            says whether this installation gave out that export, and nothing in it was changed
  backup FILE                     writes the embedded database into a file, also while the server runs
  restore FILE                    makes the database of an empty DATA_DIR from such a file, and checks it
  after-restore                   the same checks for a PostgreSQL that was restored; run it before the first start
  crm compare                     compares all records with the organisation now, and mends what differs
  crm webhook register|status|remove
                                  has the organisation tell of changes, says how that stands, takes it away
  sign-in-link                    prints a one-time link that signs somebody in who is here: --email ADDRESS, --name NAME,
                                  or --role ROLE where one person has it (default: administrator)
  setup-link                      prints a one-time link to become the first administrator, while there is none
  secrets reseal                  seals every secret in the database with the first of ASSENT_SEAL_KEYS

With the embedded database, stop the server first, but for backup: only one process may use a data directory.`;

/** Exit codes: 0 done, 1 something is wrong, 2 the command was not understood. */
async function main(args: string[]): Promise<number> {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      phone: { type: 'string' },
      out: { type: 'string' },
      role: { type: 'string' },
      email: { type: 'string' },
      name: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const command = positionals.join(' ');
  if (values.help === true || command === '' || command === 'help')
    return print(USAGE, command === '' ? 2 : 0);
  const read = readConfig(process.env);
  if (command === 'doctor') return doctor(read);
  if (!read.ok)
    return print(
      ['The configuration is not complete:', ...read.problems.map((problem) => `  - ${problem}`)].join('\n'),
      1,
    );
  const [verb, file, ...more] = positionals;
  if ((verb === 'backup' || verb === 'restore') && more.length === 0) {
    if (file === undefined) return print(`Name the file: npm run assent -- ${verb} assent.tar.gz`, 2);
    return verb === 'backup' ? backupCommand(read.config, file) : restoreCommand(read.config, file);
  }
  if (verb === 'evidence' && file === 'verify') {
    const [exported] = more;
    if (exported === undefined)
      return print('Name the file: npm run assent -- evidence verify consent.json', 2);
    return withContext(read.config, async (ctx) => verifyEvidence(ctx, exported));
  }
  switch (command) {
    case 'after-restore':
      return withContext(read.config, afterRestoreCommand);
    case 'ledger verify':
      return withContext(read.config, async (ctx) => {
        const report = await verifyLedger(ctx);
        for (const fault of report.faults)
          console.error(`chain ${fault.contactPointId}, line ${fault.seq}: ${fault.fault}`);
        console.log(`${report.chains} chains, ${report.lines} lines, ${report.faults.length} faults`);
        return report.faults.length === 0 ? 0 : 1;
      });
    case 'webhook replay':
      return withContext(read.config, async (ctx) => {
        const { requeued, left } = await replayInbox(ctx);
        console.log(`${requeued} updates tried again, ${left} could not be applied`);
        return left === 0 ? 0 : 1;
      });
    case 'export consent':
      if (values.phone === undefined) return print('Name the number: --phone +447700900123', 2);
      return withContext(read.config, async (ctx) => {
        const { out } = values;
        const text = JSON.stringify(await exportEvidence(ctx, { phone: values.phone ?? '' }), null, 2);
        if (out === undefined) console.log(text);
        else await writeNamed(out, () => writeFile(out, `${text}\n`, { mode: 0o600 }));
        return 0;
      });
    case 'crm compare':
      return withContext(read.config, (ctx) => compareCommand(ctx, read.config));
    case 'crm webhook register':
    case 'crm webhook status':
    case 'crm webhook remove': {
      const what =
        command === 'crm webhook register'
          ? 'register'
          : command === 'crm webhook remove'
            ? 'remove'
            : 'status';
      return withContext(read.config, (ctx) => webhookCommand(ctx, read.config, what));
    }
    case 'sign-in-link':
      return signInLink(read.config, values);
    case 'setup-link':
      return withContext(read.config, async (ctx) => {
        const link = await createSetupLink(ctx, read.config.publicUrl);
        if (link === null)
          return print(
            'There is an administrator already. They invite others under Configuration, People.',
            1,
          );
        console.log(link.url);
        return 0;
      });
    case 'secrets reseal':
      return resealSecrets(read.config);
    default:
      return print(`“${command}” is no command.\n\n${USAGE}`, 2);
  }
}

/** In the sandbox its own people are made where they are missing; everywhere else nobody is. */
async function signInLink(
  config: Config,
  { email, name, role }: { email?: string | undefined; name?: string | undefined; role?: string | undefined },
): Promise<number> {
  if ([email, name, role].filter((one) => one !== undefined).length > 1)
    return print('Name the person by one of --email, --name and --role.', 2);
  const ofRole = SANDBOX_PEOPLE.find((one) => one.role === (role ?? 'administrator'));
  if (ofRole === undefined) return print('Roles: administrator, agent, auditor', 2);
  return withContext(config, async (ctx) => {
    if (config.sandbox && email === undefined && name === undefined) {
      await ensureSandboxPeople(ctx);
      return print(await createSignInLink(ctx, ofRole.id, config.publicUrl), 0);
    }
    const whom = email !== undefined ? { email } : name !== undefined ? { name } : { role: ofRole.role };
    const actor = 'npm run assent -- sign-in-link';
    return print(await createAuditedSignInLink(ctx, whom, actor, config.publicUrl), 0);
  });
}

/** The signature alone: it covers all of the file, and scripts/verify-evidence.js checks the chains without us. */
function verifyEvidence(ctx: Context, file: string): number {
  let exported: unknown;
  try {
    exported = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is no JSON' : 'cannot be read';
    return print(`${file} ${why}. Name an export of consent.`, 1);
  }
  return signedHere(ctx, exported)
    ? print('This installation gave out this file, and nothing in it was changed.', 0)
    : print(
        'The signature does not fit: something in the file was changed, or another installation gave it out, or ASSENT_SECRET is not what it was.',
        1,
      );
}

async function resealSecrets(config: Config): Promise<number> {
  if (config.sealKeys.length === 0)
    return print('Set ASSENT_SEAL_KEYS first: without it there is no key to seal with.', 1);
  return withContext(config, async (ctx) => {
    const { resealed, current } = await reseal(ctx, ctx.seal);
    for (const name of resealed) console.log(`sealed ${name}`);
    console.log(`${resealed.length} sealed with the first key, ${current} were already`);
    return 0;
  });
}

function print(text: string, code: number): number {
  (code === 0 ? console.log : console.error)(text);
  return code;
}

/** Commands make no database: where a path or a name is mistyped, an empty one would answer that all is well. */
async function withContext(config: Config, work: (ctx: Context) => Promise<number>): Promise<number> {
  if (config.databaseUrl === null && !hasDatabase(config.dataDir))
    return print(
      `There is no database in ${config.dataDir}. Check DATA_DIR, or start the server once: it makes one.`,
      1,
    );
  const unlock = config.databaseUrl === null ? await lockDataDirectory(config.dataDir) : async () => {};
  const database = await openDatabase(config);
  try {
    if (config.databaseUrl !== null && !(await isMigrated(database.db)))
      return print(
        'The database in DATABASE_URL holds nothing of Assent. Check it, or start the server once: it makes the tables.',
        1,
      );
    await migrate(database.db);
    await checkSeals(database.db, createSeal(config.sealKeys));
    return await work(await createContext(config, database, createLog('warn')));
  } finally {
    await database.close();
    await unlock();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const misread =
    error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  const named = error instanceof Refusal || error instanceof NotWritten;
  const read = readConfig(process.env);
  const why = named || !read.ok ? null : whyNotStarted(error, read.config);
  if (named) console.error(error.message);
  else if (why !== null) console.error(why);
  else if (misread) console.error(`${error.message}\n\n${USAGE}`);
  else console.error(error);
  process.exitCode = misread ? 2 : 1;
}
