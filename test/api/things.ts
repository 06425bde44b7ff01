import { sql } from 'kysely';
import { z } from 'zod';
import { startCampaign } from '../../src/actions/start-campaign.ts';
import { rightsOf } from '../../src/core/rights.ts';
import { MessagePage } from '../../src/http/schemas/chat.ts';
import { ConsentOut } from '../../src/http/schemas/consent.ts';
import { ApiKeyMadeOut, InvitedOut, TeamOut } from '../../src/http/schemas/people.ts';
import { WebhookSecretOut } from '../../src/http/schemas/webhooks.ts';
import { someoneWrites } from '../stories/desk.ts';
import { jpeg } from '../stories/files.ts';
import type { World } from '../stories/world.ts';
import type { Things } from './route-table.ts';

/** One of everything the API gives an id, for calls that must be refused, or must not. */
export async function makeThings(world: World): Promise<Things> {
  const { ok } = world;
  const withId = z.object({ id: z.string() });
  const templates = await world.setUpContactType();
  const draft = await world.template({
    name: 'A draft',
    type: 'utility',
    recordType: 'contact',
    session: 'utility',
  });
  const record = await world.record('contact', { fullname: 'Rita Record', mobilephone: world.newPhone() });

  const { id: conversation, phone } = await someoneWrites(world);
  world.emulator.customerSends(phone, { image: { base64: (await jpeg()).toString('base64') } });
  const media = await storedMedia(world, conversation);
  const thread = await ok(MessagePage, 'GET', `/api/conversations/${conversation}/messages`);

  const { person } = await ok(InvitedOut, 'POST', '/api/people', {
    name: 'Pat Person',
    email: 'pat@contoso.example',
    role: 'agent',
  });
  const team = await ok(TeamOut, 'POST', '/api/teams', { name: 'A team' });
  const { apiKey } = await ok(ApiKeyMadeOut, 'POST', '/api/api-keys', {
    name: 'A key',
    scopes: ['see-chats'],
  });
  const quickReply = await ok(withId, 'POST', '/api/quick-replies', {
    shortcut: 'thanks',
    text: 'Thank you',
    personal: false,
  });
  const campaign = await startCampaign(
    world.ctx,
    {
      name: 'A campaign',
      messageTemplateId: templates.utility,
      audience: { recordType: 'contact', recordIds: [record.id] },
    },
    { id: 'a-test', name: 'A test', rights: rightsOf('administrator') },
    'a-key',
  );
  await world.settled();
  await ok(z.unknown(), 'PATCH', '/api/settings', { grantNeedsSecondPerson: true });
  const file = {
    name: 'letter.txt',
    mimeType: 'text/plain',
    base64: Buffer.from('No more, please').toString('base64'),
  };
  await ok(z.unknown(), 'POST', '/api/consent', {
    phone: world.newPhone(),
    decision: 'granted',
    evidence: { text: 'On the phone this morning', file },
  });
  const { history } = await ok(ConsentOut, 'POST', '/api/consent', {
    phone: world.newPhone(),
    decision: 'denied',
    evidence: { text: 'By letter', file },
  });
  const [line] = history;
  const grants = await ok(z.object({ items: z.array(withId) }), 'GET', '/api/pending-grants');
  // Switched off at once: what it would be told is none of these tests' business.
  const { webhook } = await ok(WebhookSecretOut, 'POST', '/api/webhooks', {
    url: 'http://127.0.0.1:9/hook',
    types: ['consent.denied'],
  });
  await ok(z.unknown(), 'PATCH', `/api/webhooks/${webhook.id}`, { enabled: false });
  return {
    webhook: webhook.id,
    conversation,
    phone,
    media,
    message: thread.items[0]?.id ?? '',
    record: record.id,
    template: templates.utility,
    consentTemplate: templates.consent,
    draft: draft.id,
    person: person.id,
    team: team.id,
    apiKey: apiKey.id,
    quickReply: quickReply.id,
    campaign: campaign.id,
    grant: grants.items[0]?.id ?? '',
    evidence: `${line?.contactPointId}/${line?.seq}`,
  };
}

/** Files come by a worker of their own. */
async function storedMedia(world: World, conversation: string): Promise<string> {
  const give = performance.now() + 15_000;
  while (performance.now() < give) {
    await world.settled();
    const { items } = await world.ok(MessagePage, 'GET', `/api/conversations/${conversation}/messages`);
    const media = items.find((message) => message.media?.state === 'stored')?.media;
    if (media !== undefined) return media.id;
  }
  throw new Error('the picture was not stored in 15 s');
}

/**
 * What the database holds, table by table, as a digest. When somebody was last seen, or a key last used, is no change
 * that a call makes; nor is which node may send how much of the number's allowance, which nodes settle among themselves.
 */
export async function fingerprint(world: Pick<World, 'ctx'>): Promise<Record<string, string>> {
  const { db } = world.ctx.database;
  const { rows: tables } = await sql<{
    name: string;
  }>`select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' and table_name <> 'allowance_share'
    order by table_name`.execute(db);
  const prints: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await sql<{
      print: string | null;
    }>`select md5(string_agg(line, '' order by line)) as print from
      (select (to_jsonb(t) - 'last_seen_at' - 'used_at' - 'last_used_at')::text as line from ${sql.table(name)} t) lines`.execute(
      db,
    );
    prints[name] = rows[0]?.print ?? '';
  }
  return prints;
}
