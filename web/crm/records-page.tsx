import { MessageBar, MessageBarBody, makeStyles, useRestoreFocusTarget } from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { ArrowDownload20Regular } from '@fluentui/react-icons/svg/arrow-download';
import { ArrowUpload20Regular } from '@fluentui/react-icons/svg/arrow-upload';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { withQuery } from '../ui/api.ts';
import { MayButton, MayLinkButton, Needing } from '../ui/may.tsx';
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
export function RecordsPage(props: Props) {
  const { t } = useTranslation('crm');
  return (
    <Needing right="see-chats" title={t('records.title')}>
      <Records {...props} />
    </Needing>
  );
}

function Records({ search, onSearchChange }: Props) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  const types = useRecordTypes();
  const returnFocus = useRestoreFocusTarget();
  const [dialog, setDialog] = useState<'new' | 'import' | null>(null);
  const { items = [] } = types.data ?? {};
  return (
    <Page>
      <PageHeader
        title={t('records.title')}
        description={t('records.description')}
        commands={
          <>
            <MayButton
              {...returnFocus}
              right="edit-records"
              appearance="primary"
              icon={<Add20Regular />}
              disabled={items.length === 0}
              onClick={() => setDialog('new')}
            >
              {t('newRecord.title')}
            </MayButton>
            <MayButton
              {...returnFocus}
              right="manage-record-types"
              icon={<ArrowUpload20Regular />}
              disabled={items.length === 0}
              onClick={() => setDialog('import')}
            >
              {t('import.title')}
            </MayButton>
            <MayLinkButton
              right="export"
              href={withQuery('/api/records.csv', { ...search })}
              download="records.csv"
              icon={<ArrowDownload20Regular />}
            >
              {t('records.export')}
            </MayLinkButton>
          </>
        }
      />
      <Loaded query={types}>
        {() =>
          items.length === 0 ? (
            <MessageBar intent="info">
              <MessageBarBody>{t('records.noTypes')}</MessageBarBody>
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
