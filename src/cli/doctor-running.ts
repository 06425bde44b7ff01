import type { z } from 'zod';
import type { Config } from '../config.ts';
import { CrmSyncOut, CrmWebhookOut } from '../http/schemas/crm-sync.ts';
import { advised, type Say } from './doctor-crm.ts';

type Asked = Pick<Config, 'crm' | 'adminApiKey' | 'publicUrl'>;

const TIMEOUT_MS = 5_000;

/** What the running server found of the CRM: with the embedded database nobody else can look. */
export async function checkRunningCrm(config: Asked, say: Say): Promise<void> {
  if (config.crm === 'embedded') return;
  if (config.adminApiKey === null)
    return say(
      'note',
      'crm',
      'set ADMIN_API_KEY as the running server has it, and it is asked what it found',
    );
  const sync = await ask(config, '/api/crm/sync', CrmSyncOut);
  if (sync === null)
    return say(
      'note',
      'crm',
      'the running server did not say what it found: is ADMIN_API_KEY the one it has?',
    );
  const problem = sync.connection?.problem ?? null;
  if (problem !== null) say('fail', 'crm', `since ${problem.since}: ${advised(problem.text, problem.code)}`);
  else say('ok', 'crm', `${sync.connection?.url ?? sync.crm} answers, says the running server`);
  for (const table of sync.tables)
    if (table.problem !== null)
      say('fail', 'crm reading', `${table.table}: ${advised(table.problem.text, table.problem.code)}`);
  say(sync.pendingWrites > 0 ? 'note' : 'ok', 'crm writes', `${sync.pendingWrites} waiting`);
  for (const one of sync.problems.slice(0, 3))
    say(
      'fail',
      'crm writes',
      `${one.table} ${one.recordId}, column ${one.column}: ${advised(one.text, one.code)}`,
    );
}

/** Only the process that was called knows of it. */
export async function checkRefusedCalls(config: Asked, say: Say): Promise<void> {
  if (config.crm === 'embedded' || config.adminApiKey === null) return;
  const refusedAt = (await ask(config, '/api/crm/webhook', CrmWebhookOut))?.refusedAt ?? null;
  if (refusedAt !== null)
    say(
      'note',
      'crm webhook',
      `a call without the right key was refused, last ${refusedAt}. If it was the organisation: Configuration, CRM, Register again`,
    );
}

async function ask<T>(
  { publicUrl, adminApiKey }: Asked,
  path: string,
  schema: z.ZodType<T>,
): Promise<T | null> {
  try {
    const response = await fetch(new URL(path, publicUrl), {
      headers: { authorization: `Bearer ${adminApiKey}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return response.ok ? schema.parse(await response.json()) : null;
  } catch {
    return null;
  }
}
