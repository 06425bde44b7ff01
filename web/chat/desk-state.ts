import * as ownership from '../../src/core/ownership.ts';
import type { MeOut } from '../../src/http/schemas/administration.ts';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';

/**
 * What this person may do about who answers a conversation, by the server's own rules (core/ownership.ts), so that a
 * page offers nothing the server refuses and says why.
 */
export type Refused = { code: ownership.RefusalCode; until?: number } | null;

type Who = Pick<MeOut, 'id' | 'name' | 'role' | 'teams'>;

/** An act whose answer does not hang on whom or what it names. */
export type AskedAct =
  | 'accept'
  | 'decide'
  | 'assign'
  | 'withdraw'
  | 'take-over'
  | 'release'
  | 'close'
  | 'reopen'
  | 'team'
  | 'discuss'
  | 'dismiss';

export function refusedTo(act: AskedAct, conversation: ConversationOut, me: Who, now: number): Refused {
  const state = stateOf(conversation);
  const actor = actorOf(me);
  const decision = decide(act, state, actor, now, conversation.takeOverFrom === null ? null : 0);
  if (decision === null || decision.kind !== 'refused') return null;
  return decision.until === undefined
    ? { code: decision.code }
    : { code: decision.code, until: decision.until };
}

function decide(
  act: AskedAct,
  state: ownership.Ownership,
  actor: ownership.Actor,
  now: number,
  takeOverMinutes: number | null,
): ownership.Decision | null {
  switch (act) {
    case 'accept':
      return ownership.accept(state, actor);
    case 'decide':
      return ownership.decideOffer(state, actor, true);
    case 'assign':
      return ownership.assign(state, actor, SOMEBODY);
    case 'withdraw':
      return ownership.withdraw(state, actor);
    case 'take-over':
      return ownership.takeOver(state, actor, now, takeOverMinutes);
    case 'release':
      return ownership.release(state, actor);
    case 'close':
      return ownership.close(state, actor);
    case 'reopen':
      return ownership.reopen(state, actor);
    case 'team':
    case 'discuss':
      return ownership.notTheirs(state, actor);
    case 'dismiss':
      return ownership.mayDismiss(state, actor);
  }
}

/** A colleague who could answer; whom it is offered to, the dialog decides. */
const SOMEBODY: ownership.Candidate = { id: '', name: '', active: true, mayAnswer: true };

function stateOf({
  status,
  team,
  owner,
  takeOverFrom,
  blocked,
  assignment,
}: ConversationOut): ownership.Ownership {
  return {
    status,
    team,
    owner: owner === null ? null : { ...owner, active: true },
    // With it the rule's minutes are none: the server has counted them in.
    ownerActiveAt: takeOverFrom === null ? null : Date.parse(takeOverFrom),
    blocked,
    offer:
      assignment === null
        ? null
        : {
            id: assignment.id,
            from: assignment.from,
            to: assignment.to,
            expiresAt: assignment.expiresAt === null ? null : Date.parse(assignment.expiresAt),
          },
  };
}

function actorOf({ id, name, role, teams }: Who): ownership.Actor {
  return {
    kind: 'person',
    id,
    name,
    decides: role === 'administrator',
    teams: role === 'agent' ? teams.map((team) => team.id) : null,
  };
}

/** What stands above the thread, the first that is so; null where the person simply answers. */
export type Standing =
  | 'offered-to-me'
  | 'offered'
  | 'blocked'
  | 'closed'
  | 'dismissed'
  | 'nobody'
  | 'asked-in'
  | 'colleague'
  | null;

export function standingOf(conversation: ConversationOut, me: Pick<Who, 'id'>): Standing {
  const { assignment, blocked, status, dismissed, owner, discussing } = conversation;
  if (assignment?.to.id === me.id) return 'offered-to-me';
  if (assignment !== null) return 'offered';
  if (blocked) return 'blocked';
  if (status === 'closed') return 'closed';
  if (owner?.id === me.id) return null;
  if (discussing.some(({ id }) => id === me.id)) return 'asked-in';
  if (owner !== null) return 'colleague';
  return dismissed ? 'dismissed' : 'nobody';
}
