/**
 * Who answers a conversation. It belongs to its team until somebody accepts it; then one person owns it, and only they
 * write. These functions decide what a person may do about that, and what follows; they change nothing themselves.
 *
 * Ownership never decides about consent: what a customer answers counts whoever owns, blocks or dismisses what.
 */

export interface Named {
  id: string;
  name: string;
}

/** An offer of the conversation to a colleague that nobody has decided yet. */
export interface Offer {
  id: string;
  /** Null where Assent made it: the conversation returns to its previous owner. */
  from: Named | null;
  to: Named;
  /** ms; null: it stands until somebody decides it. */
  expiresAt: number | null;
}

export interface Ownership {
  status: 'open' | 'closed';
  team: Named;
  /** `active`: they may still sign in and chat. */
  owner: (Named & { active: boolean }) | null;
  /** The owner's last sign of life here, ms. */
  ownerActiveAt: number | null;
  blocked: boolean;
  offer: Offer | null;
}

export interface Actor extends Named {
  kind: 'person' | 'key';
  /** Decides for others too: administrators, and keys, which automation holds. */
  decides: boolean;
  /** Ids of the teams whose conversations they see; null: all. One who was only asked in is in none that fits. */
  teams: readonly string[] | null;
}

/** A person to offer a conversation to. */
export interface Candidate extends Named {
  active: boolean;
  /** Holds the right to chat. */
  mayAnswer: boolean;
}

export type RefusalCode =
  | 'owned-by-colleague'
  | 'not-yours'
  | 'assignment-open'
  | 'no-assignment'
  | 'not-idle'
  | 'already-closed'
  | 'contact-blocked'
  | 'not-a-colleague'
  | 'person-needed';

export type TraceKind =
  | 'accepted'
  | 'assigned'
  | 'assignment-accepted'
  | 'assignment-rejected'
  | 'assignment-withdrawn'
  | 'assignment-timed-out'
  | 'taken-over'
  | 'released'
  | 'moved-team'
  | 'closed'
  | 'reopened';

/** What becomes true; what is absent stays as it is. */
export interface Change {
  owner?: Named | null;
  status?: 'open' | 'closed';
  team?: Named;
  /** How the open offer ends. */
  offer?: 'accepted' | 'rejected' | 'withdrawn' | 'timed-out';
  offerTo?: Candidate;
  /** In the order in which they happened; `subject` is the other person, or the team. */
  traces: { kind: TraceKind; subject: Named | null }[];
  notify: { kind: NotifyKind; person: string }[];
}
export type NotifyKind =
  | 'assigned'
  | 'assignment-accepted'
  | 'assignment-rejected'
  | 'assignment-timed-out'
  | 'taken-over';

export type Decision =
  | { kind: 'change'; change: Change }
  /** It is so already: a second click, a repeated call. */
  | { kind: 'nothing' }
  | { kind: 'refused'; code: RefusalCode; text: string; until?: number };

const refused = (code: RefusalCode, text: string): Decision => ({ kind: 'refused', code, text });
const change = (made: Change): Decision => ({ kind: 'change', change: made });

const inTeam = (state: Ownership, actor: Actor): boolean =>
  actor.teams === null || actor.teams.includes(state.team.id);

/** Null where the actor may decide about the conversation: its owner, its team while nobody owns it, administrators. */
export function notTheirs(state: Ownership, actor: Actor): Decision | null {
  if (actor.decides || state.owner?.id === actor.id) return null;
  if (state.owner !== null)
    return refused(
      'not-yours',
      `${state.owner.name} answers this conversation. Only they or an administrator can do this.`,
    );
  return inTeam(state, actor)
    ? null
    : refused(
        'not-yours',
        `The team ${state.team.name} answers this conversation; you were asked in to read.`,
      );
}

const needsPerson = (actor: Actor): Decision | null =>
  actor.kind === 'person'
    ? null
    : refused('person-needed', 'An API key answers no chats. Sign in as the person who does.');

const CLOSED = 'This conversation is closed. Reopen it first.';
const BLOCKED = 'This customer is blocked. Unblock them first.';

/** Why a person may not write here; null where they may. Keys are not bound: automation answers beside people. */
export function sendHeldBy(state: Ownership, actor: Actor): string | null {
  if (actor.kind === 'key' || state.owner?.id === actor.id) return null;
  const { owner, offer, team } = state;
  if (owner !== null)
    return offer?.to.id === actor.id
      ? `${owner.name} offers you this conversation. Accept it before you write.`
      : actor.decides
        ? `${owner.name} answers this conversation. Take it over before you write, or ask them to assign it to you.`
        : `${owner.name} answers this conversation. Ask them to assign it to you, or take it over once they are idle.`;
  if (offer !== null && offer.to.id !== actor.id)
    return `This conversation is offered to ${offer.to.name}. Wait for their answer, or withdraw the offer.`;
  return offer !== null || inTeam(state, actor)
    ? null
    : `The team ${team.name} answers this conversation. Ask it to hand the conversation to you.`;
}

/** Whoever writes where nobody owns owns from then on, and a closed conversation is open again. */
export function sent(state: Ownership, actor: Actor): Decision {
  if (actor.kind === 'key' || state.owner?.id === actor.id) return { kind: 'nothing' };
  const reopened = state.status === 'closed' ? [{ kind: 'reopened' as const, subject: null }] : [];
  const taken = accepted(state, actor);
  return change({ ...taken, status: 'open', traces: [...reopened, ...taken.traces] });
}

function accepted(state: Ownership, actor: Actor): Change {
  const { offer } = state;
  if (offer?.to.id !== actor.id)
    return { owner: named(actor), traces: [{ kind: 'accepted', subject: null }], notify: [] };
  return {
    owner: named(actor),
    offer: 'accepted',
    traces: [{ kind: 'assignment-accepted', subject: offer.from }],
    notify: offer.from === null ? [] : [{ kind: 'assignment-accepted', person: offer.from.id }],
  };
}

const named = ({ id, name }: Named): Named => ({ id, name });

/** Takes on a conversation that nobody owns, or that is offered to this person. */
export function accept(state: Ownership, actor: Actor): Decision {
  const key = needsPerson(actor);
  if (key !== null) return key;
  if (state.blocked) return refused('contact-blocked', BLOCKED);
  if (state.status === 'closed') return refused('already-closed', CLOSED);
  const { offer, owner, team } = state;
  if (owner?.id === actor.id) return { kind: 'nothing' };
  if (offer?.to.id === actor.id) return change(accepted(state, actor));
  if (owner !== null) return refused('owned-by-colleague', `${owner.name} has accepted this conversation.`);
  if (offer !== null)
    return refused(
      'assignment-open',
      `This conversation is offered to ${offer.to.name}. Wait for their answer, or withdraw the offer.`,
    );
  if (!inTeam(state, actor))
    return refused(
      'not-yours',
      `The team ${team.name} answers this conversation; you were asked in to read.`,
    );
  return change(accepted(state, actor));
}

/** Offers the conversation to a colleague. Its owner keeps it until the colleague accepts. */
export function assign(state: Ownership, actor: Actor, to: Candidate): Decision {
  const theirs = notTheirs(state, actor);
  if (theirs !== null) return theirs;
  if (state.blocked) return refused('contact-blocked', BLOCKED);
  if (state.status === 'closed') return refused('already-closed', CLOSED);
  if (state.offer !== null)
    return refused(
      'assignment-open',
      `This conversation is offered to ${state.offer.to.name} already. Withdraw that first.`,
    );
  if (to.id === actor.id)
    return refused('not-a-colleague', 'You cannot offer a conversation to yourself. Accept it instead.');
  if (to.id === state.owner?.id)
    return refused('not-a-colleague', `${to.name} answers this conversation already.`);
  if (!to.active || !to.mayAnswer)
    return refused('not-a-colleague', `${to.name} may not answer chats. Choose somebody else.`);
  return change({
    offerTo: to,
    traces: [{ kind: 'assigned', subject: named(to) }],
    notify: [{ kind: 'assigned', person: to.id }],
  });
}

/** The one it was offered to accepts or rejects. */
export function decideOffer(state: Ownership, actor: Actor, accepts: boolean): Decision {
  const { offer } = state;
  if (offer === null)
    return refused('no-assignment', 'This offer stands no more: it was withdrawn or ran out.');
  if (offer.to.id !== actor.id)
    return refused('not-yours', `This conversation is offered to ${offer.to.name}, not to you.`);
  if (accepts) {
    if (state.blocked) return refused('contact-blocked', BLOCKED);
    return change(accepted(state, actor));
  }
  return change({
    offer: 'rejected',
    traces: [{ kind: 'assignment-rejected', subject: offer.from }],
    notify: offer.from === null ? [] : [{ kind: 'assignment-rejected', person: offer.from.id }],
  });
}

/** By whoever offered it, or an administrator. */
export function withdraw(state: Ownership, actor: Actor): Decision {
  const { offer } = state;
  if (offer === null)
    return refused('no-assignment', 'There is no offer to withdraw: it was decided or ran out.');
  if (!actor.decides && offer.from?.id !== actor.id)
    return refused(
      'not-yours',
      `${offer.from?.name ?? 'Assent'} offered this conversation. Only they or an administrator can withdraw it.`,
    );
  return change({
    offer: 'withdrawn',
    traces: [{ kind: 'assignment-withdrawn', subject: offer.to }],
    notify: [],
  });
}

/** What time does to an offer; null where it still stands. */
export function timeOut(state: Ownership, now: number): Change | null {
  const { offer } = state;
  if (offer === null || offer.expiresAt === null || offer.expiresAt > now) return null;
  return {
    offer: 'timed-out',
    traces: [{ kind: 'assignment-timed-out', subject: offer.to }],
    notify: offer.from === null ? [] : [{ kind: 'assignment-timed-out', person: offer.from.id }],
  };
}

/** As it stands now: an offer that ran out is none, settled or not. */
export const standing = <S extends Ownership>(state: S, now: number): S =>
  timeOut(state, now) === null ? state : { ...state, offer: null };

/** From when a colleague may take the conversation over, ms; null: only administrators may. `minutes`: the setting. */
export function takeOverFrom(
  state: { owner: Named | null; ownerActiveAt: number | null },
  minutes: number | null,
): number | null {
  if (state.owner === null || state.ownerActiveAt === null || minutes === null) return null;
  return state.ownerActiveAt + minutes * 60_000;
}

/** Administrators at once, the team once the owner showed no sign for the setting's minutes or is gone for good. */
export function takeOver(state: Ownership, actor: Actor, now: number, minutes: number | null): Decision {
  const key = needsPerson(actor);
  if (key !== null) return key;
  const { owner, offer } = state;
  if (owner?.id === actor.id) return { kind: 'nothing' };
  if (state.blocked) return refused('contact-blocked', BLOCKED);
  if (state.status === 'closed') return refused('already-closed', CLOSED);
  if (owner === null && !(actor.decides && offer !== null)) return accept(state, actor);
  if (!actor.decides && !inTeam(state, actor))
    return refused('not-yours', `The team ${state.team.name} answers this conversation.`);
  if (owner?.active && !actor.decides) {
    const from = takeOverFrom(state, minutes);
    if (from === null)
      return refused(
        'not-idle',
        `${owner.name} answers this conversation. Only an administrator can take it over.`,
      );
    if (now < from)
      return {
        kind: 'refused',
        code: 'not-idle',
        text: `${owner.name} was here within the last ${minutes} minutes. Ask them to assign it to you.`,
        until: from,
      };
  }
  return change({
    owner: named(actor),
    ...(offer === null ? {} : { offer: offer.to.id === actor.id ? 'accepted' : 'withdrawn' }),
    traces: [{ kind: 'taken-over', subject: owner === null ? null : named(owner) }],
    notify: owner === null ? [] : [{ kind: 'taken-over', person: owner.id }],
  });
}

/** Back to the team. */
export function release(state: Ownership, actor: Actor): Decision {
  const theirs = notTheirs(state, actor);
  if (theirs !== null) return theirs;
  if (state.owner === null && state.offer === null) return { kind: 'nothing' };
  return change({
    owner: null,
    ...endOffer(state),
    traces: [{ kind: 'released', subject: state.owner === null ? null : named(state.owner) }],
    notify: [],
  });
}

const endOffer = (state: Ownership): Pick<Change, 'offer'> =>
  state.offer === null ? {} : { offer: 'withdrawn' };

/** Ends a conversation by hand: its owner, its team where nobody owns it, or who decides for others. */
export function close(state: Ownership, actor: Actor): Decision {
  const theirs = notTheirs(state, actor);
  if (theirs !== null) return theirs;
  if (state.status === 'closed') return refused('already-closed', 'This conversation is closed already.');
  return change(closed(state));
}

/** Also what time does after hours of silence. */
export function closed(state: Ownership): Change {
  return {
    owner: null,
    status: 'closed',
    ...endOffer(state),
    traces: [{ kind: 'closed', subject: null }],
    notify: [],
  };
}

/** Whoever reopens a conversation answers it; one that a key reopens belongs to the team. */
export function reopen(state: Ownership, actor: Actor): Decision {
  if (state.status === 'open') return { kind: 'nothing' };
  if (state.blocked) return refused('contact-blocked', BLOCKED);
  const theirs = notTheirs(state, actor);
  if (theirs !== null) return theirs;
  return change({
    status: 'open',
    ...(actor.kind === 'person' ? { owner: named(actor) } : {}),
    traces: [{ kind: 'reopened', subject: null }],
    notify: [],
  });
}

/** Hands a conversation to another team: nobody owns it there yet. */
export function moveTeam(state: Ownership, actor: Actor, team: Named): Decision {
  const theirs = notTheirs(state, actor);
  if (theirs !== null) return theirs;
  if (team.id === state.team.id) return { kind: 'nothing' };
  return change({
    team,
    owner: null,
    ...endOffer(state),
    traces: [{ kind: 'moved-team', subject: team }],
    notify: [],
  });
}

/** Null where they may hide it from themselves: anybody but those who are to answer it. */
export function mayDismiss(state: Ownership, actor: Actor): Decision | null {
  const key = needsPerson(actor);
  if (key !== null) return key;
  if (state.owner?.id === actor.id)
    return refused('not-yours', 'You answer this conversation. Release it to your team instead.');
  if (state.offer?.to.id === actor.id)
    return refused('assignment-open', 'This conversation is offered to you. Accept or reject it.');
  return null;
}
