import { Badge, MessageBar, MessageBarBody } from '@fluentui/react-components';
import type { RecordTypeOut, RecordTypeValues } from '../../src/http/schemas/records.ts';
import { AppLink } from '../ui/link.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { useColumns, useRecordTypes, useTables } from './queries.ts';
import { ReadOnlyNote } from './read-only-note.tsx';
import { RecordTypeForm } from './record-type-form.tsx';
import { suggestedRecordType } from './suggested-record-type.ts';

const trail = [{ label: 'Record Types', to: '/configuration/record-types' }];

/** Configuration → Record Types → one CRM table, configured already or about to be. */
export function RecordTypePage({ table }: { table: string }) {
  const types = useRecordTypes();
  const tables = useTables();
  const columns = useColumns(table);
  const type = types.data?.find((candidate) => candidate.table === table);
  const label = type?.displayName ?? tables.data?.find(({ name }) => name === table)?.label ?? table;
  const known =
    tables.data === undefined || tables.data.some(({ name }) => name === table) || type !== undefined;
  return (
    <Page>
      <PageHeader
        title={label}
        trail={trail}
        beside={
          types.data !== undefined &&
          type === undefined && (
            <Badge appearance="tint" color="informative">
              Not added yet
            </Badge>
          )
        }
        description={`CRM table ${table}`}
      />
      <ReadOnlyNote />
      {!known ? (
        <EmptyState
          title="The CRM has no such table"
          action={<AppLink to="/configuration/record-types">All record types</AppLink>}
        >
          {`“${table}” is not a table of the connected CRM.`}
        </EmptyState>
      ) : (
        <Loaded query={types}>
          {() => (
            <Loaded query={columns}>
              {(list) => (
                <>
                  {type === undefined && (
                    <MessageBar intent="info" layout="multiline">
                      <MessageBarBody>
                        The fields below are filled with what fits this table. Pick the Compliance Field, look
                        the rest over, and save.
                      </MessageBarBody>
                    </MessageBar>
                  )}
                  <RecordTypeForm
                    key={type === undefined ? 'new' : 'saved'}
                    table={table}
                    exists={type !== undefined}
                    saved={type === undefined ? suggestedRecordType(label, list) : withoutTable(type)}
                    columns={list}
                  />
                </>
              )}
            </Loaded>
          )}
        </Loaded>
      )}
    </Page>
  );
}

function withoutTable({ table: _, ...input }: RecordTypeOut): RecordTypeValues {
  return input;
}
