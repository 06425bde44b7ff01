import {
  Button,
  MessageBar,
  MessageBarBody,
  makeStyles,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { ArrowDownload20Regular } from '@fluentui/react-icons/svg/arrow-download';
import { ArrowUpload20Regular } from '@fluentui/react-icons/svg/arrow-upload';
import { useState } from 'react';
import { withQuery } from '../ui/api.ts';
import { useMayConfigure, useMe } from '../ui/me.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import type { RecordsSearch } from '../ui/records-search.ts';
import { Loaded } from '../ui/states.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { NewRecordDialog } from './new-record-dialog.tsx';
import { RecordFilters } from './record-filters.tsx';
import { useRecordTypes } from './record-queries.ts';
import { RecordTable } from './record-table.tsx';

const useStyles = makeStyles({ filters: { display: 'flex', flexDirection: 'column', gap: '12px' } });

type Props = { search: RecordsSearch; onSearchChange: (search: RecordsSearch) => void };

/** The CRM's records by type, name, number and consent state; what is shown is what Export writes. */
export function RecordsPage({ search, onSearchChange }: Props) {
  const styles = useStyles();
  const types = useRecordTypes();
  const mayChange = useMe().role !== 'auditor';
  const mayImport = useMayConfigure();
  const returnFocus = useRestoreFocusTarget();
  const [dialog, setDialog] = useState<'new' | 'import' | null>(null);
  const { items = [] } = types.data ?? {};
  return (
    <Page>
      <PageHeader
        title="Records"
        description="Every record with the consent of its number: who may be messaged, who refused, and since when."
        commands={
          <>
            {mayChange && (
              <Button
                {...returnFocus}
                appearance="primary"
                icon={<Add20Regular />}
                disabled={items.length === 0}
                onClick={() => setDialog('new')}
              >
                New record
              </Button>
            )}
            {mayImport && (
              <Button
                {...returnFocus}
                icon={<ArrowUpload20Regular />}
                disabled={items.length === 0}
                onClick={() => setDialog('import')}
              >
                Import CSV
              </Button>
            )}
            <Button
              as="a"
              href={withQuery('/api/records.csv', { ...search })}
              download="records.csv"
              icon={<ArrowDownload20Regular />}
            >
              Export CSV
            </Button>
          </>
        }
      />
      <Loaded query={types}>
        {() =>
          items.length === 0 ? (
            <MessageBar intent="info">
              <MessageBarBody>
                No record type is set up yet. An administrator adds one under Configuration, Record Types.
              </MessageBarBody>
            </MessageBar>
          ) : (
            <>
              <div className={styles.filters}>
                <RecordFilters types={items} search={search} onChange={onSearchChange} />
              </div>
              <RecordTable types={items} search={search} />
            </>
          )
        }
      </Loaded>
      {dialog === 'new' && (
        <NewRecordDialog types={items} preset={search.recordType} onClose={() => setDialog(null)} />
      )}
      {dialog === 'import' && (
        <ImportDialog types={items} preset={search.recordType} onClose={() => setDialog(null)} />
      )}
    </Page>
  );
}
