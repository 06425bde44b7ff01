import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEMO } from '../../../emulators/dataverse/demo.ts';
import { type Bench, openBench } from '../../../emulators/dataverse/test-bench.ts';
import type { EntryForm, RemoteEntry } from '../../ports.ts';
import { createClient } from './client.ts';
import { createTimeline } from './timeline.ts';
import { createTokens } from './tokens.ts';

const ACTIVITY = 'assent_whatsappconversation';
let crm: Bench;
let now = 0;

beforeAll(async () => {
  crm = await openBench();
});
beforeEach(() => crm.emulator.reset());
afterEach(() => crm.emulator.clearFaults());
afterAll(() => crm?.close());

function newTimeline() {
  const client = createClient({
    url: crm.url,
    tokens: createTokens({
      url: crm.url,
      tenantId: DEMO.tenant,
      clientId: DEMO.clientId,
      clientSecret: DEMO.clientSecret,
      certificateFile: null,
      authority: crm.url,
    }),
    allowance: { take: async () => {}, pause: async () => {} },
  });
  return createTimeline(
    client,
    async () => ({ userId: DEMO.applicationUserId }),
    () => now,
  );
}

const entry = (form: EntryForm, more: Partial<RemoteEntry> = {}): RemoteEntry => ({
  id: randomUUID(),
  form,
  record: {
    table: 'contact',
    entitySet: 'contacts',
    id: crm.emulator.create('contact', { lastname: 'Timeline' }),
  },
  subject: 'Subject',
  text: 'Text',
  chat: { link: 'https://assent.example.com/chats/1', firstAt: 0, lastAt: 60_500, messages: 2 },
  authorObjectId: null,
  ...more,
});

describe('rooms', () => {
  it('are what metadata says: which tables, how long, and whether the solution is there', async () => {
    const timeline = newTimeline();
    const without = await timeline.rooms();
    expect(without.activity).toBeNull();
    expect(without.note).toMatchObject({ subject: 500, text: 100_000 });
    expect([...(without.note?.tables ?? [])].sort()).toEqual(['account', 'contact', 'lead', 'opportunity']);
    await crm.control('POST', '/activity-table');
    expect((await timeline.rooms()).activity).toBeNull();
    now += 11 * 60_000;
    expect((await timeline.rooms()).activity).toMatchObject({ subject: 200, text: 2_000 });
  });
});

describe('an entry', () => {
  it.each<EntryForm>(['activity', 'note'])(
    'as %s is made once, changed, and not made again',
    async (form) => {
      await crm.control('POST', '/activity-table');
      const timeline = newTimeline();
      const table = form === 'activity' ? ACTIVITY : 'annotation';
      const one = entry(form);
      expect(await timeline.change(one)).toBe(false);
      expect(crm.emulator.record(table, one.id)).toBeUndefined();
      expect(await timeline.create(one)).toBe('made');
      expect(await timeline.create({ ...one, text: 'Another' })).toBe('there');
      expect(crm.emulator.record(table, one.id)).toMatchObject(
        form === 'activity'
          ? {
              subject: 'Subject',
              description: 'Text',
              regardingobjectid: `contact/${one.record.id}`,
              assent_link: one.chat?.link,
              assent_firstmessageon: '1970-01-01T00:00:00Z',
              assent_lastmessageon: '1970-01-01T00:01:00Z',
              assent_messages: 2,
            }
          : { subject: 'Subject', notetext: 'Text', objectid: `contact/${one.record.id}` },
      );
      expect(await timeline.change({ ...one, text: 'Longer text' })).toBe(true);
      expect(Object.values(crm.emulator.record(table, one.id) ?? {})).toContain('Longer text');
      crm.emulator.remove(table, one.id);
      expect(await timeline.change(one)).toBe(false);
      expect(crm.emulator.record(table, one.id)).toBeUndefined();
    },
  );

  it('on a record that is gone is not made', async () => {
    const one = entry('note');
    crm.emulator.remove('contact', one.record.id);
    expect(await newTimeline().create(one)).toBe('gone');
  });

  it('is made in the name of a user who is there and enabled, and in no other', async () => {
    const timeline = newTimeline();
    const one = entry('note', { authorObjectId: DEMO.people.robin.object });
    expect(await timeline.create(one)).toBe('made');
    expect(crm.emulator.record('annotation', one.id)).toMatchObject({
      createdby: `systemuser/${DEMO.people.robin.user}`,
      createdonbehalfby: `systemuser/${DEMO.applicationUserId}`,
    });
    const unknown = entry('note', { authorObjectId: randomUUID() });
    await expect(timeline.create(unknown)).rejects.toMatchObject({ kind: 'not-a-member' });
    crm.emulator.change('systemuser', DEMO.people.sasha.user, { isdisabled: true });
    const disabled = entry('note', { authorObjectId: DEMO.people.sasha.object });
    await expect(timeline.create(disabled)).rejects.toMatchObject({ kind: 'not-a-member' });
    await crm.control('PUT', '/users/robin/rights', { privileges: { prvCreateNote: 'None' } });
    await expect(timeline.create({ ...one, id: randomUUID() })).rejects.toMatchObject({
      kind: 'missing-right',
    });
  });

  it('takes an opportunity, which can be no party, all the same', async () => {
    await crm.control('POST', '/activity-table');
    const id = crm.emulator.create('opportunity', { name: 'Refit' });
    const one = entry('activity', { record: { table: 'opportunity', entitySet: 'opportunities', id } });
    expect(await newTimeline().create(one)).toBe('made');
    const parties = crm.emulator
      .records('activityparty')
      .filter(({ values }) => String(values.activityid).endsWith(one.id));
    expect(parties.map(({ values }) => values.participationtypemask)).toEqual([1]);
  });
});

it('rights: each that is missing is named, and what Assent does without is no failure', async () => {
  await crm.control('POST', '/activity-table');
  await crm.control('PUT', '/users/app/rights', {
    privileges: {
      prvCreateNote: 'None',
      prvAppendActivity: 'Basic',
      prvAppendToLead: 'None',
      prvActOnBehalfOfAnotherUser: 'None',
    },
  });
  const found = await newTimeline().rights(['contact', 'lead']);
  expect(found.filter((one) => one.ok !== true).map(({ what, ok }) => [what, ok])).toEqual([
    [`Append on ${ACTIVITY}`, false],
    ['Create on annotation', false],
    ['AppendTo on lead', false],
    ['act on behalf of another user', null],
  ]);
  expect(found.find((one) => one.what === 'Create on annotation')?.advice).toContain('prvCreateNote');
});
