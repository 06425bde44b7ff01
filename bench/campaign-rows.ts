import type pg from 'pg';
import type { Context } from '../src/actions/context.ts';
import { configureRecordType } from '../src/actions/edit-organisation.ts';
import { editRecord } from '../src/actions/edit-records.ts';
import { stepCampaign } from '../src/actions/enqueue-campaign.ts';
import { recordDecision } from '../src/actions/record-consent.ts';
import { startCampaign } from '../src/actions/start-campaign.ts';
import { RECORD_TYPE_DEFAULTS } from '../src/core/record-type.ts';
import { rightsOf } from '../src/core/rights.ts';
import { insertMessageTemplate, publishDraft, saveWhatsAppTemplates } from '../src/db/templates.ts';
import { takeIndexes } from './desk-rows.ts';

/**
 * Customers for a campaign: of a hundred records, 85 agreed to service and marketing (half of them with a conversation), six
 * refused, six were never asked, one is blocked, one has no number, one has the number of another. What their ledgers hold is
 * copied from customers who went through the product itself; the hashes of the copies are not theirs.
 */

const BENCH = { id: 'bench', name: 'Bench', rights: rightsOf('administrator') };
const FIELD = 'assent_allowwhatsapp';

/** Sets up record type and template, and queues the message of one customer as a sample; answers the template's id. */
export async function prepareCampaign(ctx: Context): Promise<string> {
  const { db } = ctx.database;
  const now = ctx.clock();
  const type = {
    ...RECORD_TYPE_DEFAULTS,
    table: 'contact',
    displayName: 'Contact',
    phoneColumns: ['mobilephone'],
    nameColumn: 'fullname',
    complianceField: FIELD,
    defaultCountry: 'US',
  };
  await configureRecordType(ctx, type, BENCH.name);
  await saveWhatsAppTemplates(
    db,
    [
      {
        id: '1',
        name: 'spring_sale',
        language: 'en',
        category: 'MARKETING',
        status: 'APPROVED',
        parameterFormat: 'POSITIONAL',
        quality: null,
        components: [
          {
            type: 'BODY',
            text: 'Hello {{1}}, our spring sale begins on {{2}}: a fifth off everything in the shop and on our pages, for you two days before it begins for everybody else.',
          },
          { type: 'FOOTER', text: 'Write STOP and we will not write to you again.' },
        ],
      },
    ],
    now,
  );
  const template = ctx.make.id();
  const definition = {
    name: 'Spring sale',
    type: 'marketing',
    recordType: 'contact',
    session: 'marketing',
    whatsappTemplate: { name: 'spring_sale', language: 'en' },
    bindings: { '1': { column: 'fullname', fallback: 'there' }, '2': { text: '21 March' } },
    keywords: [],
    reply: null,
    keywordsAreStopWords: false,
  };
  await insertMessageTemplate(db, template, definition, now);
  await publishDraft(db, template, 1, definition, BENCH.name, now);

  const customer = async (phone: string): Promise<string> =>
    editRecord(ctx, {
      table: 'contact',
      id: null,
      values: { fullname: 'Customer 1000000', mobilephone: phone },
      actor: BENCH.name,
      source: 'crm',
    });
  const decide = (phone: string, decision: 'granted' | 'denied', purpose: 'service' | 'marketing') =>
    recordDecision(ctx, { to: { phone }, purpose, decision, evidence: { text: 'At the counter' } }, BENCH);
  const sample = await customer(AGREED);
  await decide(AGREED, 'granted', 'service');
  await decide(AGREED, 'granted', 'marketing');
  await customer(REFUSED);
  await decide(REFUSED, 'denied', 'service');
  const audience = { recordType: 'contact', recordIds: [sample] };
  await startCampaign(ctx, { name: 'A sample', messageTemplateId: template, audience }, BENCH, 'sample');
  while ((await stepCampaign(ctx, 10)).looked > 0);
  return template;
}

const AGREED = '+12025550100';
const REFUSED = '+12025550101';

/** As the product makes them: time first, then what follows from the number by hashing. */
const idOf = (key: string): string =>
  `('019e1c0e' || substr(md5(${key}), 1, 4) || '7' || substr(md5(${key}), 5, 3) || '8' || substr(md5(${key}), 8, 15))::uuid`;
const PHONE = `'+1202' || (2000000 + n)`;
const likeOne = (phone: string): string => `(select id from contact_point where phone = '${phone}')`;

const ROWS: readonly string[] = [
  `create temp table customer as
    select n, n % 100 as kind, ${idOf("'c' || n")} as contact_id, md5('r' || n)::uuid as record_id, ${PHONE} as phone, 'Customer ' || (1000000 + n) as name
      from generate_series(0, $1::int - 1) n`,
  `insert into contact_point (id, phone, name, name_form, country, blocked, ledger_seq, created_at)
    select contact_id, phone, name, lower(name), 'US', kind = 97, case when kind < 85 or kind = 97 then 2 when kind < 91 then 1 else 0 end, now()
      from customer where kind < 98 order by contact_id`,
  `insert into contact_point_alias (kind, value, contact_point_id) select 'phone', ltrim(phone, '+'), contact_id from customer where kind < 98`,
  `insert into crm_record (table_name, id, data, search, created_at, updated_at)
    select 'contact', record_id, jsonb_build_object('fullname', name, 'mobilephone', phone, 'address1_city', 'Seattle', 'emailaddress1', 'customer' || n || '@example.com',
             '${FIELD}', case when kind < 85 or kind = 97 then true when kind < 91 then false end), lower(name || ' ' || phone), now(), now()
      from customer`,
  // Of a hundred, the last has the number of the first.
  `insert into record_phone (record_type, record_id, match_key, e164, messaging, name, name_form)
    select 'contact', record_id::text, ltrim(number, '+'), number, true, name, lower(name)
      from (select *, case when kind = 99 then '+1202' || (2000000 + n - 99) else phone end as number from customer where kind <> 98) c`,
  `insert into record_field (record_type, record_id, purpose, value, seen_at)
    select 'contact', record_id::text, 'service', case when kind < 85 or kind = 97 then true when kind < 91 then false end, now() from customer`,
  `insert into ledger (contact_point_id, seq, act, purposes, at, received_at, source, actor, detail, personal_hash, prev_hash, hash)
    select c.contact_id, l.seq, l.act, l.purposes, l.at, l.received_at, l.source, l.actor, l.detail, l.personal_hash, l.prev_hash, l.hash
      from customer c join ledger l on l.contact_point_id = case when c.kind < 85 or c.kind = 97 then ${likeOne(AGREED)}
                                                                 when c.kind < 91 then ${likeOne(REFUSED)} end`,
  `insert into consent_state (contact_point_id, purpose, state, decided_at, source, projects)
    select c.contact_id, s.purpose, s.state, s.decided_at, s.source, s.projects
      from customer c join consent_state s on s.contact_point_id = case when c.kind < 85 or c.kind = 97 then ${likeOne(AGREED)}
                                                                        when c.kind < 91 then ${likeOne(REFUSED)} end`,
  `insert into conversation (id, contact_point_id, channel_id, last_message_at, last_text, last_direction, last_status, status, created_at, service_state)
    select ${idOf("'v' || n")}, contact_id, (select id from channel limit 1), now() - n * interval '1 second', 'Thank you', 'in', 'received', 'closed',
           now() - interval '90 days', 'granted'
      from customer where kind < 85 and n % 2 = 0`,
];

const TABLES = [
  'contact_point',
  'contact_point_alias',
  'crm_record',
  'record_phone',
  'record_field',
  'ledger',
  'consent_state',
  'conversation',
];

export async function writeCustomers(client: pg.Client, count: number): Promise<void> {
  for (const statement of [
    'set session_replication_role = replica',
    'set synchronous_commit = off',
    `set work_mem = '512MB'`,
    `set maintenance_work_mem = '512MB'`,
    'set jit = off',
  ])
    await client.query(statement);
  const indexes = await takeIndexes(client, TABLES);
  for (const statement of ROWS) await client.query(statement, statement.includes('$1') ? [count] : []);
  for (const { definition } of indexes) await client.query(definition);
  for (const table of TABLES) await client.query(`vacuum (analyze) ${table}`);
}

/**
 * The bare limit: the rows that a campaign stores, into the same tables with the same indexes, by INSERT … SELECT and nothing
 * else. The rows are like the sample's and lie ready; what is timed is the statements with their commit. Answers seconds:
 * `messages` alone, and `all` with the conversations that are missing.
 */
export async function bareInsert(
  client: pg.Client,
): Promise<{ messages: number; all: number; rows: number }> {
  await client.query('set jit = off');
  await client.query(`create table bench_row as
    select gen_random_uuid() as message_id, a.contact_point_id, v.id as conversation_id, gen_random_uuid() as new_id, p.record_id
      from record_phone p join contact_point_alias a on a.kind = 'phone' and a.value = p.match_key
      join contact_point c on c.id = a.contact_point_id and not c.blocked
      join consent_state s on s.contact_point_id = c.id and s.purpose = 'marketing' and s.state = 'granted'
      left join conversation v on v.contact_point_id = c.id
     where p.record_type = 'contact' and not exists (
             select 1 from record_phone o where o.match_key = p.match_key and o.record_type = 'contact' and o.record_id < p.record_id)
     order by p.record_id`);
  await client.query('analyze bench_row');
  await client.query('checkpoint');
  const timed = async (statement: string): Promise<{ seconds: number; rows: number }> => {
    const started = performance.now();
    const { rowCount } = await client.query(statement);
    return { seconds: (performance.now() - started) / 1_000, rows: rowCount ?? 0 };
  };
  const conversations =
    await timed(`insert into conversation (id, contact_point_id, channel_id, created_at, service_state)
    select r.new_id, r.contact_point_id, (select id from channel limit 1), now(), 'granted' from bench_row r where r.conversation_id is null`);
  await client.query('checkpoint');
  const messages =
    await timed(`insert into message (id, conversation_id, contact_point_id, channel_id, direction, kind, text, content, status, actor, path, automatic,
      message_template_id, template_type, template_purpose, template_name, template_language, record_type, record_id, decision, at, next_attempt_at)
    select r.message_id, coalesce(r.conversation_id, r.new_id), r.contact_point_id, m.channel_id, m.direction, m.kind, m.text, m.content, m.status, m.actor, m.path,
           m.automatic, m.message_template_id, m.template_type, m.template_purpose, m.template_name, m.template_language, m.record_type, r.record_id, m.decision,
           m.at, m.next_attempt_at
      from bench_row r, (select * from message limit 1) m`);
  return { messages: messages.seconds, all: messages.seconds + conversations.seconds, rows: messages.rows };
}
