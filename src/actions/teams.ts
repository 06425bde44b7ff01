import type { Tx } from '../db/engine.ts';
import { insertAudit } from '../db/organisation.ts';
import { lockPeople } from '../db/people.ts';
import {
  deleteTeam,
  EVERYONE,
  insertTeam,
  isTeamInUse,
  isTeamNameTaken,
  readChannelTeam,
  readTeam,
  renameTeam,
  setChannelTeam,
  setMembers,
  type TeamRow,
} from '../db/teams.ts';
import type { Context } from './context.ts';
import { createHints } from './live.ts';
import { notFound, Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/** Teams: whose conversations who sees. Each change is audited, and pages of those concerned begin anew. */

export async function makeTeam(
  ctx: Context,
  given: { name: string; members?: readonly string[] | undefined },
  actor: string,
): Promise<TeamRow> {
  return inTransaction(ctx, async (tx) => {
    await lockPeople(tx);
    const id = ctx.make.id();
    if (!(await insertTeam(tx, id, given.name, ctx.clock()))) throw nameTaken();
    await setMembers(tx, id, given.members ?? []);
    const after = await existing(tx, id);
    await audit(tx, ctx, actor, 'team.create', id, null, after);
    await tell(tx, [], after);
    return after;
  });
}

export async function changeTeam(
  ctx: Context,
  id: string,
  change: { name?: string | undefined; members?: readonly string[] | undefined },
  actor: string,
): Promise<TeamRow> {
  return inTransaction(ctx, async (tx) => {
    await lockPeople(tx);
    const before = await existing(tx, id);
    if (change.name !== undefined) {
      if (await isTeamNameTaken(tx, change.name, id)) throw nameTaken();
      await renameTeam(tx, id, change.name);
    }
    if (change.members !== undefined) await setMembers(tx, id, change.members);
    const after = await existing(tx, id);
    await audit(tx, ctx, actor, 'team.change', id, before, after);
    await tell(tx, before.members, after);
    return after;
  });
}

export async function removeTeam(ctx: Context, id: string, actor: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await lockPeople(tx);
    const before = await existing(tx, id);
    if (id === EVERYONE || (await isTeamInUse(tx, id)))
      throw new Refusal(
        409,
        'team-in-use',
        id === EVERYONE
          ? 'Conversations that belong to no other team belong to this one. It stays.'
          : 'A number or conversations belong to this team. Move them to another team first.',
      );
    await deleteTeam(tx, id);
    await audit(tx, ctx, actor, 'team.remove', id, before, null);
    await tell(tx, before.members, null);
  });
}

/** To whom new conversations of the number belong; null is everybody. */
export async function changeChannelTeam(
  ctx: Context,
  teamId: string | null,
  actor: string,
): Promise<{ id: string; name: string } | null> {
  return inTransaction(ctx, async (tx) => {
    await lockPeople(tx);
    const team = teamId === null ? null : await readTeam(tx, teamId);
    if (teamId !== null && team === null)
      throw new Refusal(422, 'team-unknown', 'This team does not exist any more.');
    const before = await readChannelTeam(tx, ctx.channel.id);
    await setChannelTeam(tx, ctx.channel.id, teamId);
    await insertAudit(tx, {
      at: ctx.clock(),
      actor,
      action: 'channel.team',
      subject: ctx.channel.phoneNumberId,
      before: { team: before?.name ?? null },
      after: { team: team?.name ?? null },
    });
    const hints = createHints();
    hints.topic('channel');
    await hints.send(tx);
    return team === null ? null : { id: team.id, name: team.name };
  });
}

async function existing(tx: Tx, id: string): Promise<TeamRow> {
  const team = await readTeam(tx, id);
  if (team === null) throw notFound('team');
  return team;
}

const nameTaken = (): Refusal => new Refusal(422, 'name-taken', 'Another team has this name.');

async function audit(
  tx: Tx,
  ctx: Context,
  actor: string,
  action: string,
  subject: string,
  before: TeamRow | null,
  after: TeamRow | null,
): Promise<void> {
  const shown = (team: TeamRow | null) =>
    team === null ? null : { name: team.name, members: team.members.map((member) => member.name) };
  await insertAudit(tx, {
    at: ctx.clock(),
    actor,
    action,
    subject,
    before: shown(before),
    after: shown(after),
  });
}

/** Who came or went sees other conversations from now on. */
async function tell(tx: Tx, before: TeamRow['members'], after: TeamRow | null): Promise<void> {
  const hints = createHints();
  hints.topic('people');
  const now = after?.members ?? [];
  const isIn = (members: TeamRow['members'], id: string) => members.some((member) => member.id === id);
  for (const { id } of before) if (!isIn(now, id)) hints.access(id);
  for (const { id } of now) if (!isIn(before, id)) hints.access(id);
  await hints.send(tx);
}
