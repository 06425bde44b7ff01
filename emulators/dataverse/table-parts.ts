import type { z } from 'zod';
import { type Column, columnSchema, type Labels, type Table, tableSchema } from './model.ts';

type Part = z.input<typeof columnSchema>;
type More = Partial<Omit<Part, 'name' | 'type' | 'labels'>>;

/** Words of the demo organisation in the languages it has installed: English, Spanish and Brazilian Portuguese. */
export function words(english: string, spanish = english, portuguese = english): Labels {
  return { 1033: english, 3082: spanish, 1046: portuguese };
}

export function text(name: string, labels: Labels, more: More = {}): Column {
  return column(name, 'string', labels, more);
}

export function phone(name: string, labels: Labels, maxLength = 50): Column {
  return column(name, 'string', labels, { format: 'Phone', maxLength });
}

export function flag(
  name: string,
  labels: Labels,
  sides: { true: Labels; false: Labels },
  more: More = {},
): Column {
  return column(name, 'boolean', labels, { booleans: sides, defaultValue: false, ...more });
}

/** @param targets by table: the navigation property here and the collection there */
export function lookup(
  name: string,
  labels: Labels,
  targets: Record<string, readonly [navigation: string, collection: string]>,
  more: More = {},
): Column {
  return column(name, 'lookup', labels, {
    targets: Object.entries(targets).map(([table, [navigation, collection]]) => ({
      table,
      navigation,
      collection,
    })),
    ...more,
  });
}

export function column(name: string, type: Column['type'], labels: Labels, more: More = {}): Column {
  return columnSchema.parse({ schemaName: more.schemaName ?? name, ...more, name, type, labels });
}

const STATES = {
  0: words('Active', 'Activo', 'Ativo'),
  1: words('Inactive', 'Inactivo', 'Inativo'),
};

/** A table with what every table has: id, name, owner, who and when, state. */
export function table(
  given: Omit<z.input<typeof tableSchema>, 'columns' | 'primaryId'> & {
    columns: Column[];
    primaryId?: string;
    /** Without owner, state and the like. */
    bare?: boolean;
    /** By state code; each state has one reason, numbered one higher. */
    states?: Record<number, Labels>;
  },
): Table {
  const { bare = false, primaryId = `${given.name}id`, columns, states = STATES, ...rest } = given;
  const reasons = Object.fromEntries(
    Object.entries(states).map(([state, labels]) => [Number(state) + 1, labels]),
  );
  const by = (name: string, english: string): Column =>
    lookup(
      name,
      words(english),
      { systemuser: [name, `lk_${given.name}_${name}`] },
      { creatable: false, updatable: false },
    );
  const stamp = (name: string, english: string): Column =>
    column(name, 'datetime', words(english), { format: 'DateAndTime', creatable: false, updatable: false });
  return tableSchema.parse({
    owned: !bare,
    ...rest,
    primaryId,
    columns: [
      column(primaryId, 'uniqueidentifier', given.labels, {
        required: 'SystemRequired',
        updatable: false,
        securable: { read: false, create: false, update: false },
      }),
      ...columns,
      ...(bare
        ? []
        : [
            column('ownerid', 'owner', words('Owner', 'Propietario', 'Proprietário'), {
              required: 'SystemRequired',
              targets: [{ table: 'systemuser', navigation: 'ownerid', collection: `owner_${given.name}` }],
            }),
            column('statecode', 'state', words('Status', 'Estado', 'Status'), {
              choices: states,
              defaultValue: 0,
              required: 'SystemRequired',
            }),
            column(
              'statuscode',
              'status',
              words('Status Reason', 'Razón para el estado', 'Razão do Status'),
              {
                choices: reasons,
                defaultValue: 1,
              },
            ),
          ]),
      stamp('createdon', 'Created On'),
      stamp('modifiedon', 'Modified On'),
      by('createdby', 'Created By'),
      by('modifiedby', 'Modified By'),
      by('createdonbehalfby', 'Created By (Delegate)'),
      by('modifiedonbehalfby', 'Modified By (Delegate)'),
      column('versionnumber', 'bigint', words('Version Number'), { creatable: false, updatable: false }),
    ],
  });
}
