/**
 * What the list of conversations shows (docs/desk.md): each view and filter as conditions on one row, and by which index
 * the rows are walked. Conditions decide what is shown; the path only makes it fast, so a wrong path can be slow, and
 * never wrong.
 */

export const VIEWS = [
  'mine',
  'team',
  'unassigned',
  'waiting-for-consent',
  'refused',
  'on-hold',
  'closed',
] as const;
export type View = (typeof VIEWS)[number];
export const SORTS = ['attention', 'recent'] as const;
export type Sort = (typeof SORTS)[number];

/** Where a conversation lies: answered by a person, by nobody yet, or over. */
export type Desk = 'owned' | 'unassigned' | 'closed';

export interface ListFilter {
  view: View | null;
  /** A person's id; `nobody` for what the team has not accepted. */
  owner: string | null;
  team: string | null;
  channel: string | null;
  recordType: string | null;
  /** A state of `service`, or `on-hold`. */
  consent: string | null;
  unread: boolean;
}

/** All must hold; null and false ask nothing. */
export interface Conditions {
  desks: readonly Desk[];
  /** Consent for `service`. */
  state: string | null;
  onHold: boolean;
  /** Asked, and not granted: the customer's answer is awaited. */
  awaitsConsent: boolean;
  /** Somebody of ours has to say what they meant: they are listed under on hold, and wait for no answer of theirs. */
  notOnHold: boolean;
  unread: boolean;
  owner: string | null;
  /** Owned by, offered to or discussed with this person. */
  personallyOf: string | null;
  /** Not hidden by this person until the customer's next message. */
  notDismissedBy: string | null;
  team: string | null;
  channel: string | null;
  recordType: string | null;
}

/** The index that is walked, in order of the sort, per team. */
export type Path = 'desk' | 'owner' | 'state' | 'on-hold' | 'awaits-consent' | 'unread';

const EVERYWHERE: readonly Desk[] = ['owned', 'unassigned', 'closed'];
const OPEN: readonly Desk[] = ['owned', 'unassigned'];

/**
 * `viewer` is the person who looks, null for an API key, which no conversation is personally of. Refused, on hold and waiting for consent are about the customer, so a closed
 * conversation is among them; mine, the team's and unassigned are about work, so it is not. Null where nothing can fit.
 */
export function conditionsOf(filter: ListFilter, viewer: string | null): Conditions | null {
  const { view, consent, owner } = filter;
  const desks = desksOf(view).filter((desk) => (owner === 'nobody' ? desk === 'unassigned' : true));
  const states = [view === 'refused' ? 'denied' : null, consent === 'on-hold' ? null : consent].filter(
    (state) => state !== null,
  );
  const onHold = view === 'on-hold' || consent === 'on-hold';
  const awaitsConsent = view === 'waiting-for-consent';
  // A grant or a refusal stays one below a hold, so these list who is on hold too; a question is no decision.
  const notOnHold = awaitsConsent || consent === 'requested';
  if (desks.length === 0 || new Set(states).size > 1 || (view === 'mine' && viewer === null)) return null;
  if (onHold && notOnHold) return null;
  return {
    desks,
    state: states[0] ?? null,
    onHold,
    awaitsConsent,
    notOnHold,
    unread: filter.unread,
    owner: owner === 'nobody' ? null : owner,
    personallyOf: view === 'mine' ? viewer : null,
    notDismissedBy: view === 'unassigned' ? viewer : null,
    team: filter.team,
    channel: filter.channel,
    recordType: filter.recordType,
  };
}

function desksOf(view: View | null): readonly Desk[] {
  switch (view) {
    case 'unassigned':
      return ['unassigned'];
    case 'mine':
    case 'team':
      return OPEN;
    case 'closed':
      return ['closed'];
    default:
      return EVERYWHERE;
  }
}

/**
 * The path that leaves the fewest rows to pass over, and whether it leaves none: then a page is exactly as many index
 * entries as it has rows. Otherwise the rows on the way are counted, and after so many the page ends where it is.
 */
export function pathOf(conditions: Conditions): { by: Path; exact: boolean } {
  const { state, onHold, awaitsConsent, unread, owner, personallyOf, desks } = conditions;
  const by: Path =
    (owner ?? personallyOf) !== null
      ? 'owner'
      : onHold
        ? 'on-hold'
        : awaitsConsent
          ? 'awaits-consent'
          : unread
            ? 'unread'
            : state !== null
              ? 'state'
              : 'desk';
  const walksDesks = by === 'desk' || by === 'owner';
  const rest = [
    !walksDesks && desks.length < EVERYWHERE.length,
    by !== 'state' && state !== null,
    by !== 'on-hold' && onHold,
    by !== 'awaits-consent' && awaitsConsent,
    // Few among those who were asked, so they have no index of their own.
    conditions.notOnHold,
    by !== 'unread' && unread,
    owner !== null && personallyOf !== null,
    conditions.notDismissedBy !== null,
    conditions.channel !== null,
    conditions.recordType !== null,
  ];
  return { by, exact: !rest.includes(true) };
}
