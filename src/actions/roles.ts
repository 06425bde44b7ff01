import {
  READING_RIGHTS,
  RIGHTS,
  type Right,
  type RoleRights,
  readRoleRights,
  rightsOf,
} from '../core/rights.ts';
import type { Tx } from '../db/engine.ts';
import { insertAudit, readSetting, saveSetting } from '../db/organisation.ts';
import { lockPeople } from '../db/people.ts';
import { type Giver, mustHold } from './api-keys.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/** Which rights agents and auditors have. */

/** The setting; sessions read it with every request (`db/sessions.ts`). */
const SETTING = 'role-rights';

export async function loadRoleRights(tx: Tx): Promise<RoleRights> {
  return readRoleRights(await readSetting(tx, SETTING));
}

/** Takes effect with everybody's next request; live streams begin anew. */
export async function changeRoleRights(
  ctx: Context,
  patch: { agent?: readonly Right[] | undefined; auditor?: readonly Right[] | undefined },
  giver: Giver,
): Promise<RoleRights> {
  const tooMuch = (patch.auditor ?? []).filter((right) => !READING_RIGHTS.includes(right));
  if (tooMuch.length > 0)
    throw new Refusal(
      422,
      'auditors-only-read',
      `Auditors read and change nothing. They cannot have: ${tooMuch.join(', ')}.`,
    );
  return inTransaction(ctx, async (tx) => {
    await lockPeople(tx);
    const before = await loadRoleRights(tx);
    const after = inOrder({ agent: patch.agent ?? before.agent, auditor: patch.auditor ?? before.auditor });
    // Nobody gives a role what they do not have, or takes from one what they could not give back.
    mustHold(giver, difference(before, after));
    await saveSetting(tx, SETTING, after, ctx.clock());
    await insertAudit(tx, {
      at: ctx.clock(),
      actor: giver.name,
      action: 'roles.change',
      subject: 'roles',
      before,
      after,
    });
    const hints = createHints();
    hints.topic('people');
    hints.access('everybody');
    await hints.send(tx);
    return after;
  });
}

function inOrder({ agent, auditor }: RoleRights): RoleRights {
  const agents = rightsOf('agent', { agent, auditor });
  return {
    agent: RIGHTS.filter((right) => agents.has(right)),
    auditor: RIGHTS.filter((right) => auditor.includes(right)),
  };
}

function difference(before: RoleRights, after: RoleRights): Right[] {
  return RIGHTS.filter(
    (right) =>
      before.agent.includes(right) !== after.agent.includes(right) ||
      before.auditor.includes(right) !== after.auditor.includes(right),
  );
}
