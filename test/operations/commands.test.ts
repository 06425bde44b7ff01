import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPGlite } from '../../src/db/engine.ts';
import { migrate } from '../../src/db/migrate.ts';
import { insertPerson } from '../../src/db/people.ts';
import { preparePGlite } from '../db/database.ts';

/** `npm run assent -- …` as an operator types it. */

const folder = mkdtempSync(path.join(tmpdir(), 'assent-commands-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(
  args: string[],
  dataDir: string,
  env: Record<string, string> = {},
): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/node-launcher.js', 'src/cli/main.ts', ...args],
    { encoding: 'utf8', env: { PATH: process.env.PATH, HOME: process.env.HOME, DATA_DIR: dataDir, ...env } },
  );
  return { status, said: stdout + stderr };
}

describe('where there is no database, as in a mistyped DATA_DIR', () => {
  const typo = path.join(folder, 'typo');
  test.each([
    [['ledger', 'verify']],
    [['evidence', 'verify', 'package.json']],
    [['setup-link']],
    [['backup', path.join(folder, 'x.gz')]],
  ])('%j says so, and makes none', (args) => {
    const { status, said } = run(args, typo);
    expect(said).toContain(`There is no database in ${typo}.`);
    expect(said).not.toContain('faults');
    expect(status).toBe(1);
    expect(existsSync(typo)).toBe(false);
  });
});

describe('sign-in-link outside the sandbox', { timeout: 300_000 }, () => {
  const installation = path.join(folder, 'installation');
  const REAL = {
    PUBLIC_URL: 'https://assent.example.com',
    ADMIN_API_KEY: 'an-admin-key-of-the-installation-0123456789',
    WHATSAPP_ACCESS_TOKEN: 'an-access-token',
    WHATSAPP_APP_SECRET: 'an-app-secret',
    WHATSAPP_VERIFY_TOKEN: 'a-verify-token',
    WHATSAPP_PHONE_NUMBER_ID: '106540352242922',
    WHATSAPP_BUSINESS_ACCOUNT_ID: '102290129340398',
    ASSENT_SECRET: 'a-secret-of-the-installation-0123456789-0123456789',
  };
  const there = async <T>(
    work: (db: Awaited<ReturnType<typeof openPGlite>>['db']) => Promise<T>,
  ): Promise<T> => {
    const database = await openPGlite(path.join(installation, 'db'));
    try {
      await migrate(database.db);
      return await work(database.db);
    } finally {
      await database.close();
    }
  };
  const people = () =>
    there(async (db) =>
      (await sql<{ name: string }>`select name from person`.execute(db)).rows.map((row) => row.name),
    );

  beforeAll(async () => {
    preparePGlite(path.join(installation, 'db'));
    expect(await people()).toEqual([]);
  });

  test('makes nobody in a new installation, names setup-link, and leaves its link good', async () => {
    const { status, said } = run(['sign-in-link'], installation, REAL);
    expect(said).toContain('npm run assent -- setup-link');
    expect(said).not.toContain('token=');
    expect(status).toBe(1);
    expect(await people()).toEqual([]);
    expect(run(['setup-link'], installation, REAL).said).toContain(
      'https://assent.example.com/welcome-in?token=',
    );
  });

  test('prints a link for somebody who is there, and the audit tells of it', async () => {
    const maria = { id: randomUUID(), name: 'Maria', email: 'maria@example.com', role: 'agent' } as const;
    await there((db) => insertPerson(db, { ...maria, oidcSubject: null, now: Date.now() }));
    const { status, said } = run(['sign-in-link', '--email', 'Maria@example.com'], installation, REAL);
    expect(said).toContain('https://assent.example.com/sign-in?token=');
    expect(status).toBe(0);
    const { rows } = await there((db) =>
      sql`select actor, subject, after from audit where action = 'person.sign-in-link'`.execute(db),
    );
    const { id, ...after } = maria;
    expect(rows).toEqual([{ actor: 'npm run assent -- sign-in-link', subject: id, after }]);
    expect(await people()).toEqual(['Maria']);
  });

  test('a backup where it cannot be written says so, and not that DATA_DIR is at fault', () => {
    const { status, said } = run(['backup', path.join(folder, 'no-such-folder', 'x.gz')], installation);
    expect(said).toContain('x.gz cannot be written: ENOENT');
    expect(said).not.toContain('    at ');
    expect(status).toBe(1);
    const below = run(['backup', path.join(process.cwd(), 'package.json', 'x.gz')], installation);
    expect(below.said).toContain('x.gz cannot be written: ENOTDIR');
    expect(below.said).not.toContain('DATA_DIR');
  });

  test('an option that there is not is a command that was not understood', () => {
    const { status, said } = run(['ledger', 'verify', '--nope'], installation);
    expect(said).toContain("Unknown option '--nope'");
    expect(status).toBe(2);
  });

  test('two ways to name somebody are one too many', () => {
    const { status, said } = run(['sign-in-link', '--role', 'agent', '--name', 'Maria'], installation, REAL);
    expect([status, said.trim()]).toEqual([2, 'Name the person by one of --email, --name and --role.']);
  });
});
