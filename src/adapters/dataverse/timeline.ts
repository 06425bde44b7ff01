import { z } from 'zod';
import { CrmFailure, type EntryForm, type RemoteEntry, type RemoteTimeline } from '../../ports.ts';
import type { Client } from './client.ts';
import { describeForms, type FormDescription } from './timeline-metadata.ts';
import { readTimelineRights } from './timeline-rights.ts';

/** Entries on timelines: the activity of the solution, or a note, under ids of ours, in the name of who wrote. */

/** Metadata and the users behind object ids are believed so long, ms. */
const KEEP_MS = 10 * 60_000;
/** Short: consent fields wait behind it. */
const TIMEOUT_MS = 15_000;
const MOST_USERS = 1_000;
/** https://learn.microsoft.com/power-apps/developer/data-platform/activityparty-entity */
const FROM = 1;
const TO = 2;
const COMPLETED = 1;
const TAG = 'assent-timeline';

const Users = z.looseObject({
  value: z.array(z.looseObject({ systemuserid: z.guid(), isdisabled: z.boolean().nullish() })),
});
const Guid = z.guid();

export function createTimeline(
  client: Client,
  whoAmI: () => Promise<{ userId: string }>,
  now: () => number,
): RemoteTimeline {
  const forms = kept(() => describeForms(client), now);
  const self = kept(async () => (await whoAmI()).userId, now);
  const users = new Map<string, () => Promise<string>>();

  /** The user of a person. Throws `not-a-member` where there is none, or only a disabled one. */
  const userOf = (objectId: string): Promise<string> => {
    const known = users.get(objectId);
    if (known !== undefined) return known();
    if (users.size >= MOST_USERS) users.clear();
    const find = kept(async () => {
      const { value } = await client.json(
        Users,
        `systemusers?$select=systemuserid,isdisabled&$filter=azureactivedirectoryobjectid eq ${Guid.parse(objectId)}`,
        { timeoutMs: TIMEOUT_MS },
      );
      const user = value.find((one) => one.isdisabled !== true);
      if (user === undefined)
        throw new CrmFailure(
          'not-a-member',
          `The organisation has no user with the object id ${objectId} who is enabled.`,
        );
      return user.systemuserid;
    }, now);
    users.set(objectId, find);
    return find();
  };
  const describedAs = async (form: EntryForm): Promise<FormDescription> => {
    const found = (await forms())[form];
    if (found === null)
      throw new CrmFailure(
        'refused',
        `The organisation has no table for entries of the form “${form}” any more.`,
      );
    return found;
  };
  const send = async (
    described: FormDescription,
    id: string,
    headers: Record<string, string>,
    body: Record<string, unknown>,
  ): Promise<void> => {
    await client.send(`${described.entitySet}(${Guid.parse(id)})?tag=${TAG}`, {
      method: 'PATCH',
      headers,
      body: JSON.stringify(body),
      timeoutMs: TIMEOUT_MS,
      once: true,
    });
  };
  /** False where it is gone. Never makes anything. */
  const update = async (described: FormDescription, id: string, body: Record<string, unknown>) => {
    try {
      await send(described, id, { 'if-match': '*' }, body);
      return true;
    } catch (error) {
      if (error instanceof CrmFailure && error.kind === 'not-found') return false;
      throw error;
    }
  };

  return {
    rooms: forms,
    async create(entry) {
      const described = await describedAs(entry.form);
      const author = entry.authorObjectId === null ? null : await userOf(entry.authorObjectId);
      const navigation = described.regarding.get(entry.record.table);
      if (navigation === undefined)
        throw new CrmFailure(
          'refused',
          `Records of the table ${entry.record.table} cannot have such an entry.`,
        );
      const body = {
        ...columnsOf(described, entry),
        [`${navigation}@odata.bind`]: `/${entry.record.entitySet}(${Guid.parse(entry.record.id)})`,
        ...partiesOf(described, entry, described.parties === null ? '' : (author ?? (await self()))),
      };
      const name = entry.authorObjectId === null ? {} : { callerobjectid: entry.authorObjectId };
      try {
        await send(described, entry.id, { 'if-none-match': '*', ...name }, body);
        return 'made';
      } catch (error) {
        if (!(error instanceof CrmFailure)) throw error;
        if (error.kind === 'conflict') return 'there';
        if (error.kind === 'not-found') return 'gone';
        throw error;
      }
    },
    async change(entry) {
      const described = await describedAs(entry.form);
      return update(described, entry.id, columnsOf(described, entry));
    },
    async complete({ id }) {
      return update(await describedAs('activity'), id, { statecode: COMPLETED });
    },
    rights: async (tables) => readTimelineRights(client, await self(), await forms(), tables),
  };
}

function columnsOf(
  described: FormDescription,
  { subject, text, chat }: RemoteEntry,
): Record<string, unknown> {
  const own: Record<string, unknown> =
    chat === null
      ? {}
      : {
          assent_link: chat.link,
          assent_firstmessageon: secondsOf(chat.firstAt),
          assent_lastmessageon: secondsOf(chat.lastAt),
          assent_messages: chat.messages,
        };
  return {
    subject,
    [described.textColumn]: text,
    ...Object.fromEntries(Object.entries(own).filter(([name]) => described.columns.has(name))),
  };
}

/** From the person who wrote, to the record; a record that can be no party is what the activity is about all the same. */
function partiesOf(
  described: FormDescription,
  { record }: RemoteEntry,
  userId: string,
): Record<string, unknown> {
  const { parties } = described;
  if (parties === null) return {};
  const party = (table: string, address: string, mask: number): Record<string, unknown>[] => {
    const navigation = parties.party.get(table);
    return navigation === undefined
      ? []
      : [{ participationtypemask: mask, [`${navigation}@odata.bind`]: address }];
  };
  return {
    [parties.collection]: [
      ...party('systemuser', `/systemusers(${userId})`, FROM),
      ...party(record.table, `/${record.entitySet}(${record.id})`, TO),
    ],
  };
}

const secondsOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** Asked again after a while; what failed is not kept. */
function kept<T>(ask: () => Promise<T>, now: () => number): () => Promise<T> {
  let found: { at: number; value: Promise<T> } | null = null;
  return async () => {
    if (found === null || now() - found.at > KEEP_MS) found = { at: now(), value: ask() };
    const mine = found;
    try {
      return await mine.value;
    } catch (error) {
      if (found === mine) found = null;
      throw error;
    }
  };
}
