import { describe, expect, it } from 'vitest';
import type { MeOut } from '../../src/http/schemas/administration.ts';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { type AskedAct, refusedTo, standingOf } from './desk-state.ts';

const now = Date.parse('2026-03-01T12:00:00.000Z');
const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
const team = { id: 'support', name: 'Support' };
const ann = { id: 'ann', name: 'Ann' };
const ben = { id: 'ben', name: 'Ben' };
const person = (of: { id: string; name: string }, role: MeOut['role'] = 'agent', teams = [team]) => ({
  ...of,
  role,
  teams,
});
const conversation = (parts: Partial<ConversationOut> = {}): ConversationOut => ({
  id: 'c1',
  contactPoint: { id: 'p1', name: 'Carla Customer', shared: false },
  records: [],
  channel: 'one',
  lastMessageAt: at(-5),
  lastMessage: null,
  unread: 1,
  consent: { service: 'granted', marketing: 'not-asked' },
  onHold: false,
  status: 'open',
  team,
  owner: null,
  assignment: null,
  discussing: [],
  blocked: false,
  dismissed: false,
  waitingSince: at(-5),
  takeOverFrom: null,
  serviceWindowClosesAt: null,
  ...parts,
});
const offer = (from: typeof ann | null, to: typeof ann) => ({
  id: 'a1',
  from,
  to,
  reason: null,
  at: at(-1),
  expiresAt: at(9),
});

describe('what a page offers about ownership is what the server allows', () => {
  const owned = conversation({ owner: ben, takeOverFrom: at(10) });
  const table: {
    who: string;
    me: ReturnType<typeof person>;
    what: ConversationOut;
    allowed: AskedAct[];
    refused: Partial<Record<AskedAct, string>>;
  }[] = [
    {
      who: 'an agent of the team, a chat of nobody',
      me: person(ann),
      what: conversation(),
      allowed: ['accept', 'assign', 'close', 'team', 'discuss', 'dismiss', 'take-over'],
      refused: { decide: 'no-assignment', withdraw: 'no-assignment' },
    },
    {
      who: 'an agent, a colleague’s chat',
      me: person(ann),
      what: owned,
      allowed: ['dismiss'],
      refused: {
        accept: 'owned-by-colleague',
        assign: 'not-yours',
        release: 'not-yours',
        close: 'not-yours',
        team: 'not-yours',
        discuss: 'not-yours',
        'take-over': 'not-idle',
      },
    },
    {
      who: 'an agent, a colleague’s chat who has been idle',
      me: person(ann),
      what: { ...owned, takeOverFrom: at(-1) },
      allowed: ['take-over'],
      refused: { assign: 'not-yours' },
    },
    {
      who: 'an agent where nobody but administrators take over',
      me: person(ann),
      what: { ...owned, takeOverFrom: null },
      allowed: [],
      refused: { 'take-over': 'not-idle' },
    },
    {
      who: 'an administrator, a colleague’s chat',
      me: person(ann, 'administrator', []),
      what: owned,
      allowed: ['take-over', 'assign', 'release', 'close', 'team', 'discuss'],
      refused: { accept: 'owned-by-colleague' },
    },
    {
      who: 'the owner',
      me: person(ben),
      what: owned,
      allowed: ['assign', 'release', 'close', 'team', 'discuss'],
      refused: { dismiss: 'not-yours' },
    },
    {
      who: 'the one it is offered to',
      me: person(ann, 'agent', []),
      what: conversation({ owner: ben, assignment: offer(ben, ann) }),
      allowed: ['decide', 'accept'],
      refused: { dismiss: 'assignment-open', withdraw: 'not-yours' },
    },
    {
      who: 'the one who offered it',
      me: person(ben),
      what: conversation({ owner: ben, assignment: offer(ben, ann) }),
      allowed: ['withdraw', 'release', 'close'],
      refused: { assign: 'assignment-open', decide: 'not-yours' },
    },
    {
      who: 'one who was asked in from another team',
      me: person(ann, 'agent', [{ id: 'sales', name: 'Sales' }]),
      what: conversation({ discussing: [ann] }),
      allowed: [],
      refused: { accept: 'not-yours', close: 'not-yours', 'take-over': 'not-yours' },
    },
    {
      who: 'an agent, a blocked customer',
      me: person(ann),
      what: conversation({ blocked: true }),
      allowed: ['close'],
      refused: { accept: 'contact-blocked', assign: 'contact-blocked' },
    },
    {
      who: 'an agent, a closed chat',
      me: person(ann),
      what: conversation({ status: 'closed' }),
      allowed: ['reopen'],
      refused: { accept: 'already-closed', close: 'already-closed', assign: 'already-closed' },
    },
  ];
  it.each(table)('$who', ({ me, what, allowed, refused }) => {
    for (const act of allowed) expect([act, refusedTo(act, what, me, now)]).toEqual([act, null]);
    for (const [act, code] of Object.entries(refused))
      expect([act, refusedTo(act as AskedAct, what, me, now)?.code]).toEqual([act, code]);
  });

  it('says from when a colleague may take over', () => {
    expect(refusedTo('take-over', owned, person(ann), now)).toEqual({
      code: 'not-idle',
      until: now + 600_000,
    });
  });
});

describe('what stands above the thread', () => {
  it.each([
    { what: conversation({ owner: ann }), standing: null },
    { what: conversation(), standing: 'nobody' },
    { what: conversation({ dismissed: true }), standing: 'dismissed' },
    { what: conversation({ owner: ben }), standing: 'colleague' },
    { what: conversation({ owner: ben, discussing: [ann] }), standing: 'asked-in' },
    { what: conversation({ status: 'closed' }), standing: 'closed' },
    { what: conversation({ blocked: true, status: 'closed' }), standing: 'blocked' },
    { what: conversation({ owner: ann, assignment: offer(ann, ben) }), standing: 'offered' },
    {
      what: conversation({ owner: ben, blocked: true, assignment: offer(ben, ann) }),
      standing: 'offered-to-me',
    },
  ])('$standing', ({ what, standing }) => {
    expect(standingOf(what, ann)).toBe(standing);
  });
});
