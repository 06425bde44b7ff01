import { z } from 'zod';
import type { EntryForm, RightFound } from '../../ports.ts';
import type { Client } from './client.ts';
import { depthOf } from './metadata.ts';
import { ACTIVITY_TABLE, type FormDescription } from './timeline-metadata.ts';

/** What the application user needs for timelines. The names of privileges are those of metadata: a note's is `prvCreateNote`. */

const Entities = z.looseObject({
  value: z.array(
    z.looseObject({
      LogicalName: z.string(),
      Privileges: z.array(z.looseObject({ Name: z.string(), PrivilegeType: z.string() })),
    }),
  ),
});
const ON_ENTRIES = ['Create', 'Read', 'Write', 'Append'];

export async function readTimelineRights(
  client: Client,
  userId: string,
  forms: Record<EntryForm, FormDescription | null>,
  tables: readonly string[],
): Promise<RightFound[]> {
  const entries = [
    ...(forms.activity === null ? [] : [ACTIVITY_TABLE]),
    ...(forms.note === null ? [] : ['annotation']),
  ];
  const { value } = await client.json(
    Entities,
    `EntityDefinitions?$select=LogicalName,Privileges&$filter=${[...entries, ...tables].map((name) => `LogicalName eq '${name.replaceAll("'", "''")}'`).join(' or ')}`,
  );
  const found: RightFound[] = [];
  for (const [names, types] of [
    [entries, ON_ENTRIES],
    [tables, ['AppendTo']],
  ] as const)
    for (const name of names)
      for (const type of types) {
        const privilege = value
          .find((one) => one.LogicalName === name)
          ?.Privileges.find((one) => one.PrivilegeType === type)?.Name;
        if (privilege === undefined) continue;
        const depth = await depthOf(client, userId, privilege);
        found.push({
          what: `${type} on ${name}`,
          ok: depth === 'Global',
          advice: `Give the security role of the application user ${privilege} for the whole organisation: the timeline needs it.`,
        });
      }
  const acts = await depthOf(client, userId, 'prvActOnBehalfOfAnotherUser');
  found.push({
    what: 'act on behalf of another user',
    ok: acts === 'Global' ? true : null,
    advice:
      'The application user is the author of what agents write. Give its role prvActOnBehalfOfAnotherUser (“Act on Behalf of Another User”) so that they are.',
  });
  if (forms.activity === null)
    found.push({
      what: `table ${ACTIVITY_TABLE}`,
      ok: null,
      advice:
        'Chats are written as notes. Import the solution (docs/dynamics-365.md) to have them as activities.',
    });
  return found;
}
