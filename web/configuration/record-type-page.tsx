import { Badge, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import { useRecordTypes } from '../ui/configured.ts';
import { AppLink } from '../ui/link.tsx';
import { Ltr } from '../ui/ltr.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { useCountedColumns, useTables } from './queries.ts';
import { ReadOnlyNote } from './read-only-note.tsx';
import { RecordTypeForm, valuesOf } from './record-type-form.tsx';
import { relatedChoices } from './related-choices.ts';
import { suggestedRecordType } from './suggested-record-type.ts';
import { TablesRead, useTablesRead } from './tables-read.tsx';
import { TakingIn } from './taking-in.tsx';

/** Configuration → Record Types → one CRM table, configured already or about to be. */
export function RecordTypePage({ table }: { table: string }) {
  const { t } = useTranslation('configuration');
  const trail = [{ label: t('recordTypes.title'), to: '/configuration/record-types' }];
  const types = useRecordTypes();
  const tables = useTables();
  const columns = useCountedColumns(table);
  const type = types.data?.find((candidate) => candidate.table === table);
  const reading = useTablesRead(tables.data?.every(({ elsewhere }) => elsewhere) ?? false, table);
  const listed = tables.data?.find(({ name }) => name === table);
  const lookups = listed?.lookups ?? [];
  const label = type?.displayName ?? listed?.label ?? table;
  const known =
    tables.data === undefined ||
    tables.data.length === 0 ||
    tables.data.some(({ name }) => name === table) ||
    type !== undefined;
  return (
    <Page>
      <PageHeader
        title={label}
        trail={trail}
        beside={
          types.data !== undefined &&
          type === undefined && (
            <Badge appearance="tint" color="informative">
              {t('recordTypes.notAdded')}
            </Badge>
          )
        }
        description={<Trans t={t} i18nKey="recordTypes.tableOf" components={{ table: <Ltr>{table}</Ltr> }} />}
      />
      <ReadOnlyNote right="manage-record-types" />
      <TablesRead reading={reading} />
      {!known ? (
        <EmptyState
          title={t('recordTypes.noTable')}
          action={<AppLink to="/configuration/record-types">{t('recordTypes.all')}</AppLink>}
        >
          {t('recordTypes.noTableText', { table })}
        </EmptyState>
      ) : (
        <Loaded query={types}>
          {(all) => (
            <Loaded query={columns}>
              {(list) => (
                <>
                  {type === undefined &&
                    suggestedRecordType(label, list, lookups, all).relatedTable === null && (
                      <MessageBar intent="info" layout="multiline">
                        <MessageBarBody>{t('recordTypes.suggested')}</MessageBarBody>
                      </MessageBar>
                    )}
                  {type !== undefined && <TakingIn type={type} />}
                  <RecordTypeForm
                    table={table}
                    exists={type !== undefined}
                    stored={
                      type === undefined
                        ? { etag: null, values: suggestedRecordType(label, list, lookups, all) }
                        : valuesOf(type)
                    }
                    columns={list}
                    choices={relatedChoices(lookups, all)}
                    elsewhere={listed?.elsewhere ?? false}
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
