import pg from 'pg';
import { toCursor } from '../src/http/routes/cursor.ts';
import { DESK } from './desk-rows.ts';

/**
 * What an agent of three teams asks of the desk, as the pages ask it. Each question has many variants (another place in
 * the list, another customer, another word), drawn from the rows of the very desk that is asked.
 */
export interface Question {
  what: string;
  paths: string[];
  /** Searches for words of messages have no bound of their own; the rest must not grow with the desk. */
  bounded: boolean;
}

const LIMIT = 50;
const VARIANTS = 100;
const list = (query: Record<string, string>): string =>
  `/api/conversations?${new URLSearchParams({ limit: String(LIMIT), ...query })}`;

/** Rows of a view by the view's meaning (docs/desk.md), not by how it is read. */
const VIEWS: Record<string, string> = {
  mine: `v.desk in ('owned', 'unassigned') and v.owner_id = '${DESK.agent}'`,
  team: `v.desk in ('owned', 'unassigned')`,
  unassigned: `v.desk = 'unassigned'`,
  'waiting-for-consent': 'v.awaits_consent',
  refused: `v.service_state = 'denied'`,
  'on-hold': 'v.on_hold',
  closed: `v.desk = 'closed'`,
};
const SEEN = `v.team_id in (select team_id from team_member where person_id = '${DESK.agent}')`;
const BY_CHANCE = 'order by hashtext(v.id::text)';

export async function questionsOf(databaseUrl: string): Promise<Question[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  // Some of these samples read whole tables.
  await client.query('set jit = off');
  const sample = async (query: string, values: unknown[] = []): Promise<Record<string, string>[]> =>
    (await client.query<Record<string, string>>(query, values)).rows;
  try {
    const questions: Question[] = [
      { what: 'the smallest question (`GET /api/me`)', paths: ['/api/me'], bounded: true },
    ];
    const ask = (what: string, paths: string[], bounded = true): void => {
      if (paths.length === 0) throw new Error(`${what}: the desk has nothing to ask`);
      questions.push({ what, paths, bounded });
    };
    for (const [view, where] of Object.entries(VIEWS)) {
      ask(`${view}: first page`, [list({ view })]);
      const rows = await sample(
        `select v.attention as key, v.id from conversation v where ${where} and ${SEEN} ${BY_CHANCE} limit ${VARIANTS}`,
      );
      ask(
        `${view}: a page anywhere below`,
        rows.map(({ key, id }) => list({ view, cursor: toCursor({ key: Number(key), id }) })),
      );
    }
    ask('every chat, newest first', [list({ sort: 'recent' })]);
    ask('the numbers beside the views', ['/api/conversation-counts']);

    const team = '00000000-0000-4000-8000-000000002003';
    const colleague = '00000000-0000-4000-8000-000000001003';
    ask('filter: unread', [list({ unread: 'true' })]);
    ask('filter: a colleague’s', [list({ owner: colleague })]);
    ask('filter: granted, in one team', [list({ consent: 'granted', team })]);
    ask('filter: a number that a tenth write to', [list({ channel: DESK.channels[1] })]);
    ask('filter: a number that one in a thousand write to', [list({ channel: DESK.channels[2] })]);
    ask('filter: leads (a tenth of all)', [list({ recordType: 'lead' })]);
    ask('filter: accounts (one in two thousand)', [list({ recordType: 'account' })]);
    ask('filter: refused, unread, of the team', [list({ view: 'team', consent: 'denied', unread: 'true' })]);

    const named = await sample(
      `select c.name, c.phone from contact_point c join conversation v on v.contact_point_id = c.id
        where ${SEEN} and c.name is not null ${BY_CHANCE} limit ${VARIANTS}`,
    );
    const names = named.map(({ name = '' }) => name);
    const last = (name: string): string => name.split(' ').at(-1) ?? '';
    ask(
      'search: first and last name',
      names.map((search) => list({ search })),
    );
    ask(
      'search: last name',
      names.map((name) => list({ search: last(name) })),
    );
    ask(
      'search: the first letters of a last name',
      names.map((name) => list({ search: last(name).slice(0, 4) })),
    );
    ask(
      'search: a first name (thousands have it)',
      names.map((name) => list({ search: name.split(' ')[0] ?? '' })),
    );
    const phones = named.map(({ phone = '' }) => phone);
    ask(
      'search: a whole number',
      phones.map((search) => list({ search })),
    );
    ask(
      'search: seven digits of a number',
      phones.map((phone) => list({ search: phone.slice(-7) })),
    );
    ask(
      'search: four digits of a number',
      phones.map((phone) => list({ search: phone.slice(-4) })),
    );

    const texts = await sample(
      `select m.text, m.position from message_search s join message m on m.position = s.position and m.id = s.message_id
         join conversation v on v.id = s.conversation_id where ${SEEN} and m.text like '%#%' ${BY_CHANCE} limit ${VARIANTS}`,
    );
    const inMessages = (search: string): string => list({ search, searchIn: 'messages' });
    const lines = texts.map(({ text = '' }) => text.split('\n'));
    ask(
      'message text: an order’s number',
      lines.map((line) => inMessages(line[2]?.slice(1) ?? '')),
      false,
    );
    ask(
      'message text: a sentence',
      lines.map((line) => inMessages(line[1] ?? '')),
      false,
    );
    ask(
      'message text: an ordinary word',
      lines.map((line) => inMessages(line[1]?.split(' ').at(-1) ?? '')),
      false,
    );
    ask(
      'message text: two words that never stand together',
      lines.map((line) => inMessages(`${line[2]?.slice(1)} warranty`)),
      false,
    );

    const chats = (
      await sample(
        `select v.id from conversation v where ${SEEN} and v.last_message_at is not null ${BY_CHANCE} limit ${VARIANTS}`,
      )
    ).map(({ id = '' }) => `/api/conversations/${id}`);
    ask('open a chat: the conversation', chats);
    ask(
      'open a chat: the newest page of its thread',
      chats.map((chat) => `${chat}/messages?limit=50`),
    );
    ask(
      'open a chat: what happened to consent',
      chats.map((chat) => `${chat}/events`),
    );
    ask(
      'open a chat: what colleagues did',
      chats.map((chat) => `${chat}/trace`),
    );
    ask(
      'open a chat: what may be sent',
      chats.map((chat) => `/api/sendable?conversationId=${chat.split('/').at(-1)}`),
    );
    const long = await sample(
      `select m.conversation_id as chat, m.id, m.position from message m
        where m.conversation_id in (select m.conversation_id from message m join conversation v on v.id = m.conversation_id where ${SEEN}
            group by 1 order by count(*) desc, 1 limit 3)
        order by hashtext(m.id::text) limit ${VARIANTS}`,
    );
    ask('a very long thread: the newest page', [
      ...new Set(long.map(({ chat }) => `/api/conversations/${chat}/messages?limit=50`)),
    ]);
    ask(
      'a very long thread: a page anywhere back',
      long.map(
        ({ chat, position }) =>
          `/api/conversations/${chat}/messages?limit=50&cursor=${toCursor(Number(position))}`,
      ),
    );
    ask(
      'a very long thread: around a message',
      long.map(({ chat, id }) => `/api/conversations/${chat}/messages?limit=50&around=${id}`),
    );
    return questions;
  } finally {
    await client.end();
  }
}
