import { z } from 'zod';
import type { EntryForm, EntryRoom } from '../../ports.ts';
import type { Client } from './client.ts';

/**
 * How entries are made in this organisation: sets, columns and the names of navigation properties, as metadata has them.
 * Their letter case differs from table to table, so none is put together here.
 */

/** The activity of the solution (solution/customizations.xml). */
export const ACTIVITY_TABLE = 'assent_whatsappconversation';

export interface FormDescription extends EntryRoom {
  form: EntryForm;
  entitySet: string;
  /** Navigation property to the record, by the record's table. */
  regarding: ReadonlyMap<string, string>;
  columns: ReadonlySet<string>;
  textColumn: string;
  /** The collection of activity parties, and the navigation property of a party by its table. */
  parties: { collection: string; party: ReadonlyMap<string, string> } | null;
}

const list = <T extends z.ZodType>(item: T) => z.looseObject({ value: z.array(item) });
const Entity = z.looseObject({
  LogicalName: z.string(),
  EntitySetName: z.string().nullish(),
  IsActivity: z.boolean().nullish(),
});
const ManyToOne = z.looseObject({
  ReferencedEntity: z.string().nullish(),
  ReferencingAttribute: z.string().nullish(),
  ReferencingEntityNavigationPropertyName: z.string().nullish(),
});
const OneToMany = z.looseObject({
  ReferencingEntity: z.string().nullish(),
  ReferencingAttribute: z.string().nullish(),
  ReferencedEntityNavigationPropertyName: z.string().nullish(),
});
const Named = z.looseObject({ LogicalName: z.string() });
const Sized = z.looseObject({ LogicalName: z.string(), MaxLength: z.number().nullish() });
/** Where a column does not say; every column of text takes so much. */
const LEAST_ROOM = 100;

export async function describeForms(client: Client): Promise<Record<EntryForm, FormDescription | null>> {
  const { value } = await client.json(
    list(Entity),
    `EntityDefinitions?$select=LogicalName,EntitySetName,IsActivity&$filter=LogicalName eq '${ACTIVITY_TABLE}' or LogicalName eq 'annotation'`,
  );
  const find = (name: string) => value.find((one) => one.LogicalName === name);
  const activity = find(ACTIVITY_TABLE);
  const note = find('annotation');
  return {
    activity:
      activity?.EntitySetName == null || activity.IsActivity !== true
        ? null
        : await describe(client, 'activity', ACTIVITY_TABLE, activity.EntitySetName),
    note:
      note?.EntitySetName == null ? null : await describe(client, 'note', 'annotation', note.EntitySetName),
  };
}

async function describe(
  client: Client,
  form: EntryForm,
  table: string,
  entitySet: string,
): Promise<FormDescription> {
  const of = `EntityDefinitions(LogicalName='${table}')`;
  const cast = 'Microsoft.Dynamics.CRM.';
  const [columns, texts, memos, regarding, parties] = await Promise.all([
    client.json(list(Named), `${of}/Attributes?$select=LogicalName`),
    client.json(list(Sized), `${of}/Attributes/${cast}StringAttributeMetadata?$select=LogicalName,MaxLength`),
    client.json(list(Sized), `${of}/Attributes/${cast}MemoAttributeMetadata?$select=LogicalName,MaxLength`),
    lookupsOf(client, table, form === 'activity' ? 'regardingobjectid' : 'objectid'),
    form === 'activity' ? describeParties(client, of) : null,
  ]);
  const sizes = new Map([...texts.value, ...memos.value].map((one) => [one.LogicalName, one.MaxLength]));
  const textColumn = form === 'activity' ? 'description' : 'notetext';
  return {
    form,
    entitySet,
    regarding,
    tables: new Set(regarding.keys()),
    columns: new Set(columns.value.map((one) => one.LogicalName)),
    textColumn,
    subject: sizes.get('subject') ?? LEAST_ROOM,
    text: sizes.get(textColumn) ?? LEAST_ROOM,
    parties,
  };
}

/** The navigation properties of a lookup, by the table they lead to. */
async function lookupsOf(client: Client, table: string, column: string): Promise<Map<string, string>> {
  const { value } = await client.json(
    list(ManyToOne),
    `EntityDefinitions(LogicalName='${table}')/ManyToOneRelationships?$select=ReferencedEntity,ReferencingAttribute,ReferencingEntityNavigationPropertyName`,
  );
  return new Map(
    value.flatMap((one) =>
      one.ReferencingAttribute !== column ||
      one.ReferencedEntity == null ||
      one.ReferencingEntityNavigationPropertyName == null
        ? []
        : [[one.ReferencedEntity, one.ReferencingEntityNavigationPropertyName]],
    ),
  );
}

async function describeParties(client: Client, of: string): Promise<FormDescription['parties']> {
  const [collections, party] = await Promise.all([
    client.json(
      list(OneToMany),
      `${of}/OneToManyRelationships?$select=ReferencingEntity,ReferencingAttribute,ReferencedEntityNavigationPropertyName`,
    ),
    lookupsOf(client, 'activityparty', 'partyid'),
  ]);
  const collection = collections.value.find(
    (one) => one.ReferencingEntity === 'activityparty' && one.ReferencingAttribute === 'activityid',
  )?.ReferencedEntityNavigationPropertyName;
  return collection == null ? null : { collection, party };
}
