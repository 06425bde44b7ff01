import { createHash } from 'node:crypto';
import { z } from 'zod';
import { CrmFailure, type RemoteWebhooks, type RightFound, type WebhookWanted } from '../../ports.ts';
import type { Client } from './client.ts';
import { depthOf } from './metadata.ts';
import { saveOne } from './records.ts';

/**
 * The webhook as Dataverse keeps it: a service endpoint and an asynchronous step per table and message, so that a failure of
 * ours never stops somebody's save. https://learn.microsoft.com/power-apps/developer/data-platform/register-web-hook
 */

const ENDPOINTS = 'serviceendpoints';
const STEPS = 'sdkmessageprocessingsteps';
const MESSAGES = ['Create', 'Update', 'Delete'] as const;
type Message = (typeof MESSAGES)[number];

const WEBHOOK = 8;
const WEBHOOK_KEY = 4;
const JSON_FORMAT = 2;
const POST_OPERATION = 40;
const ASYNCHRONOUS = 1;
const ENABLED = { statecode: 0, statuscode: 1 };
const FAILED = 31;
const FAILURES_SHOWN = 5;

const Guid = z.guid();
const list = <T extends z.ZodType>(item: T) => z.looseObject({ value: z.array(item) });
const Endpoint = z.looseObject({
  serviceendpointid: z.guid(),
  name: z.string().nullish(),
  url: z.string().nullish(),
});
const Step = z.looseObject({
  sdkmessageprocessingstepid: z.guid(),
  filteringattributes: z.string().nullish(),
  statecode: z.number().nullish(),
  sdkmessageid: z.looseObject({ name: z.string() }).nullish(),
  sdkmessagefilterid: z.looseObject({ primaryobjecttypecode: z.string() }).nullish(),
});
const Named = z.looseObject({ sdkmessageid: z.guid(), name: z.string() });
const Filter = z.looseObject({ sdkmessagefilterid: z.guid() });
const Job = z.looseObject({
  completedon: z.string().nullish(),
  message: z.string().nullish(),
  friendlymessage: z.string().nullish(),
});

export function createWebhooks(client: Client, userId: () => Promise<string>): RemoteWebhooks {
  return {
    find: (id, url) => find(client, id, url),
    register: (wanted) => register(client, wanted),
    async remove(id) {
      for (const step of await stepsOf(client, id)) await removeOne(client, STEPS, step.id);
      await removeOne(client, ENDPOINTS, id);
    },
    rights: async () => readWebhookRights(client, await userId()),
  };
}

async function find(client: Client, id: string, url: string): ReturnType<RemoteWebhooks['find']> {
  const { value } = await client.json(
    list(Endpoint),
    `${ENDPOINTS}?$select=name,url&$filter=${encodeURIComponent(`contract eq ${WEBHOOK}`)}`,
  );
  const ours = value.find((one) => one.serviceendpointid.toLowerCase() === id);
  const steps = ours === undefined ? [] : await stepsOf(client, id);
  return {
    url: ours === undefined ? null : (ours.url ?? ''),
    steps: steps.map(({ id: _id, ...step }) => step),
    failures: await failuresOf(
      client,
      steps.map((step) => step.id),
    ),
    others: value.flatMap((one) => (one !== ours && one.url === url ? [one.name ?? ''] : [])),
  };
}

async function stepsOf(client: Client, endpointId: string) {
  const { value } = await client.json(
    list(Step),
    `${STEPS}?$select=filteringattributes,statecode&$filter=${encodeURIComponent(`_eventhandler_value eq ${Guid.parse(endpointId)}`)}&$expand=sdkmessageid($select=name),sdkmessagefilterid($select=primaryobjecttypecode)`,
  );
  return value.map((step) => ({
    id: step.sdkmessageprocessingstepid.toLowerCase(),
    table: step.sdkmessagefilterid?.primaryobjecttypecode ?? '',
    message: step.sdkmessageid?.name ?? '',
    columns: (step.filteringattributes ?? '').split(',').flatMap((name) => name.trim() || []),
    enabled: step.statecode !== 1,
  }));
}

/** Only failed jobs stay: those that went well are deleted by the organisation. */
async function failuresOf(client: Client, steps: readonly string[]) {
  if (steps.length === 0) return [];
  const ours = steps.map((id) => `_owningextensionid_value eq ${id}`).join(' or ');
  const { value } = await client.json(
    list(Job),
    `asyncoperations?$select=completedon,message,friendlymessage&$filter=${encodeURIComponent(`statuscode eq ${FAILED} and (${ours})`)}&$orderby=${encodeURIComponent('completedon desc')}&$top=${FAILURES_SHOWN}`,
  );
  return value.map(({ completedon, message, friendlymessage }) => {
    const at = Date.parse(completedon ?? '');
    return { at: Number.isNaN(at) ? null : at, text: (message ?? friendlymessage ?? '').slice(0, 300) };
  });
}

async function register(client: Client, { id, name, url, key, tables }: WebhookWanted): Promise<void> {
  await upsert(client, ENDPOINTS, id, {
    name,
    url,
    contract: WEBHOOK,
    authtype: WEBHOOK_KEY,
    authvalue: key,
    messageformat: JSON_FORMAT,
  });
  const messages = await messageIds(client);
  const wanted = new Set<string>();
  for (const table of tables)
    for (const message of MESSAGES) {
      const stepId = stepIdOf(id, table.name, message);
      wanted.add(stepId);
      await upsert(
        client,
        STEPS,
        stepId,
        {
          name: `${name}: ${message} of ${table.name}`,
          stage: POST_OPERATION,
          mode: ASYNCHRONOUS,
          rank: 1,
          asyncautodelete: true,
          filteringattributes: message === 'Update' ? watchedColumns(table.columns).join(',') : null,
          ...ENABLED,
        },
        async () => ({
          supporteddeployment: 0,
          'eventhandler_serviceendpoint@odata.bind': `/${ENDPOINTS}(${id})`,
          'sdkmessageid@odata.bind': `/sdkmessages(${messages[message]})`,
          'sdkmessagefilterid@odata.bind': `/sdkmessagefilters(${await filterId(client, table.name, messages[message])})`,
        }),
      );
    }
  for (const step of await stepsOf(client, id))
    if (!wanted.has(step.id)) await removeOne(client, STEPS, step.id);
}

/** A full name is made of its parts; who changes one changes no column of that name. */
export const watchedColumns = (columns: readonly string[]): string[] =>
  [...new Set([...columns, ...(columns.includes('fullname') ? ['firstname', 'lastname'] : [])])].sort();

/** Derived, so that registering twice, or at two nodes at once, makes one step. */
function stepIdOf(endpointId: string, table: string, message: Message): string {
  const hex = createHash('sha256').update(`${endpointId}/${table}/${message}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Changes what is there, or makes it under this id; `more` is for making it alone. */
async function upsert(
  client: Client,
  entitySet: string,
  id: string,
  values: Parameters<typeof saveOne>[3],
  more: () => Promise<Record<string, string | number>> = async () => ({}),
): Promise<void> {
  const place = { entitySet };
  if (await saveOne(client, place, id, values, false)) return;
  await saveOne(client, place, id, { ...values, ...(await more()) }, true);
}

async function removeOne(client: Client, entitySet: string, id: string): Promise<void> {
  await client.send(`${entitySet}(${Guid.parse(id)})`, { method: 'DELETE' }).catch((error: unknown) => {
    if (!(error instanceof CrmFailure) || error.kind !== 'not-found') throw error;
  });
}

async function messageIds(client: Client): Promise<Record<Message, string>> {
  const names = MESSAGES.map((name) => `name eq '${name}'`).join(' or ');
  const { value } = await client.json(
    list(Named),
    `sdkmessages?$select=sdkmessageid,name&$filter=${encodeURIComponent(names)}`,
  );
  const idOf = (message: Message): string => {
    const found = value.find((one) => one.name === message);
    if (found === undefined) throw new CrmFailure('refused', `The organisation has no message ${message}.`);
    return found.sdkmessageid;
  };
  return { Create: idOf('Create'), Update: idOf('Update'), Delete: idOf('Delete') };
}

async function filterId(client: Client, table: string, messageId: string): Promise<string> {
  const filter = `primaryobjecttypecode eq '${table}' and _sdkmessageid_value eq ${messageId}`;
  const { value } = await client.json(
    list(Filter),
    `sdkmessagefilters?$select=sdkmessagefilterid&$filter=${encodeURIComponent(filter)}`,
  );
  const [found] = value;
  if (found === undefined)
    throw new CrmFailure('refused', `The organisation offers no webhooks for the table ${table}.`);
  return found.sdkmessagefilterid;
}

const NEEDED: readonly [label: string, schemaName: string, rights: readonly string[]][] = [
  ['Service Endpoint', 'ServiceEndpoint', ['Create', 'Read', 'Write', 'Delete']],
  ['Sdk Message Processing Step', 'SdkMessageProcessingStep', ['Create', 'Read', 'Write', 'Delete']],
  ['Sdk Message', 'SdkMessage', ['Read']],
  ['System Job', 'AsyncOperation', ['Read']],
];

/** What registering takes. Nothing else does, so a missing one stops nothing else. */
async function readWebhookRights(client: Client, userId: string): Promise<RightFound[]> {
  const found: RightFound[] = [];
  for (const [label, schemaName, rights] of NEEDED)
    for (const right of rights) {
      const depth = await depthOf(client, userId, `prv${right}${schemaName}`).catch((error: unknown) => {
        if (error instanceof CrmFailure && !error.passing) return undefined;
        throw error;
      });
      found.push({
        what: `${right} on ${label}`,
        ok: depth === undefined ? null : depth === 'Global',
        advice: `To register the webhook, give the security role of the application user ${right} on ${label} for the whole organisation, or register it by hand.`,
      });
    }
  return found;
}
