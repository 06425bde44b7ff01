import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { Context } from '../../actions/context.ts';
import {
  type Hook,
  hookOf,
  registerWebhook,
  removeWebhook,
  webhookStanding,
} from '../../actions/crm-webhook.ts';
import { Refusal } from '../../actions/refusal.ts';
import type { Config } from '../../config.ts';
import { CrmFailure, type RemoteCrm } from '../../ports.ts';
import { CrmWebhookOut } from '../schemas/crm-sync.ts';
import { isoOrNull } from '../views.ts';

const mayManage = { config: { right: 'manage-record-types' } } as const;
const answers = { schema: { tags: ['CRM'], response: { 200: CrmWebhookOut } } };

/** Registering with the CRM that it tells us of changes. Each call asks the CRM itself. */
export function crmWebhookRoutes(ctx: Context, config: Config): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/crm/webhook', { ...mayManage, ...answers }, async () => {
      const { remote, hook } = remoteOf(ctx, config);
      return standing(ctx, remote, hook);
    });
    app.post('/crm/webhook', { ...mayManage, ...answers }, async ({ caller }) => {
      const { remote, hook } = remoteOf(ctx, config);
      await refusing(() => registerWebhook(ctx, remote, hook, caller.name));
      return standing(ctx, remote, hook);
    });
    app.delete('/crm/webhook', { ...mayManage, ...answers }, async ({ caller }) => {
      const { remote, hook } = remoteOf(ctx, config);
      await refusing(() => removeWebhook(ctx, remote, hook, caller.name));
      return standing(ctx, remote, hook);
    });
  };
}

function remoteOf(ctx: Context, config: Config): { remote: RemoteCrm; hook: Hook } {
  const hook = hookOf(config);
  if (ctx.crm.remote === null || hook === null)
    throw new Refusal(
      409,
      'crm-is-embedded',
      'The records are in Assent’s own database; nobody has to tell of changes.',
    );
  return { remote: ctx.crm.remote, hook };
}

async function standing(ctx: Context, remote: RemoteCrm, hook: Hook): Promise<z.infer<typeof CrmWebhookOut>> {
  const { tables, failures, problem, refusedAt, ...rest } = await webhookStanding(ctx, remote, hook);
  return {
    ...rest,
    refusedAt: isoOrNull(refusedAt),
    problem: problem && { code: problem.kind, text: problem.message },
    tables: tables.map(({ name, ...table }) => ({ table: name, ...table })),
    failures: failures.map(({ at, text }) => ({ at: isoOrNull(at), text })),
  };
}

async function refusing(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof CrmFailure)) throw error;
    if (error.passing)
      throw new Refusal(503, 'crm-not-reached', 'The CRM cannot be reached. Try again in a moment.');
    throw new Refusal(422, 'crm-refused', `The CRM refused: ${error.message}`);
  }
}
