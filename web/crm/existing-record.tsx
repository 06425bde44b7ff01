import { Badge, Button, Field, Input, makeStyles, Select, tokens } from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import type { DuplicateOut } from '../../src/http/schemas/records.ts';
import { ApiProblem, answerOf, api, chatPath } from '../ui/api.ts';
import { EmptyState, ErrorState, Loaded } from '../ui/states.tsx';
import { useDuplicates } from './from-chat-queries.ts';
import { useColumns, useRecordsChanged, useRecordTypes } from './record-queries.ts';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '12px' },
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '4px' },
  row: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '8px 12px',
    padding: '8px',
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  who: { flex: 1, minWidth: '160px' },
  name: { fontWeight: tokens.fontWeightSemibold, overflowWrap: 'anywhere' },
  actions: { display: 'flex', justifyContent: 'flex-end' },
  line: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});

/** Letters from which the server searches: it looks them up three by three. */
const LEAST = 3;

type Props = { conversation: ConversationOut; onDone: () => void };

/** Finds the record this customer may be, likely ones first, and puts the number into it. */
export function ExistingRecord({ conversation, onDone }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('crm');
  const [search, setSearch] = useState('');
  const wanted = search.trim();
  const tooShort = wanted !== '' && wanted.length < LEAST;
  const found = useDuplicates(conversation.id, useDeferredValue(tooShort ? '' : wanted));
  return (
    <div className={styles.form}>
      <Field label={t('fromChat.search')} hint={t('fromChat.searchHint')}>
        <Input type="search" value={search} onChange={(_, data) => setSearch(data.value)} />
      </Field>
      <Loaded query={found}>
        {({ items }) =>
          tooShort ? (
            <EmptyState title={t('fromChat.tooShort')} />
          ) : items.length === 0 ? (
            <EmptyState title={t(wanted === '' ? 'fromChat.noneLikely' : 'fromChat.noneFound')}>
              {t(wanted === '' ? 'fromChat.noneLikelyHint' : 'fromChat.noneFoundHint')}
            </EmptyState>
          ) : (
            <ul className={styles.list} aria-label={t('fromChat.found')}>
              {items.map((record) => (
                <li key={`${record.recordType}/${record.id}`}>
                  <Candidate conversation={conversation} record={record} onDone={onDone} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <div className={styles.actions}>
        <Button onClick={onDone}>{t('fromChat.close')}</Button>
      </div>
    </div>
  );
}

function Candidate({ conversation, record, onDone }: Props & { record: DuplicateOut }) {
  const styles = useStyles();
  const { t } = useTranslation('crm');
  const changed = useRecordsChanged();
  const types = useRecordTypes();
  const type = types.data?.items.find((one) => one.table === record.recordType);
  const [column, setColumn] = useState('');
  const link = useMutation({
    mutationFn: () =>
      api.post(
        chatPath(conversation.id, 'link'),
        { recordType: record.recordType, recordId: record.id, ...(column === '' ? {} : { column }) },
        answerOf<ConversationOut>(),
      ),
    onSuccess: () => {
      changed();
      onDone();
    },
  });
  const full = link.error instanceof ApiProblem && link.error.code === 'no-empty-phone-field';
  return (
    <div className={styles.row}>
      <div className={styles.who}>
        <div className={styles.name} dir="auto">
          {record.name}
        </div>
        <div className={styles.line}>
          {type?.displayName ?? record.recordType}
          {record.phones.length > 0 && (
            <>
              {' · '}
              <bdi dir="ltr">{record.phones.join(', ')}</bdi>
            </>
          )}
        </div>
      </div>
      {record.because === 'number' && <Badge appearance="tint">{t('fromChat.sameDigits')}</Badge>}
      {full && type !== undefined && (
        <PhoneField table={type.table} columns={type.phoneColumns} value={column} onChange={setColumn} />
      )}
      <Button disabledFocusable={link.isPending || (full && column === '')} onClick={() => link.mutate()}>
        {t('fromChat.link')}
      </Button>
      {link.isError && <ErrorState title={t('fromChat.notLinked')} error={link.error} />}
    </div>
  );
}

type PhoneFieldProps = {
  table: string;
  columns: string[];
  value: string;
  onChange: (column: string) => void;
};

/** Which of the record's numbers the customer's takes the place of. */
function PhoneField({ table, columns, value, onChange }: PhoneFieldProps) {
  const { t } = useTranslation('crm');
  const all = useColumns(table);
  return (
    <Select aria-label={t('fromChat.replace')} value={value} onChange={(_, data) => onChange(data.value)}>
      <option value="">{t('fromChat.replace')}</option>
      {columns.map((name) => (
        <option key={name} value={name}>
          {all.data?.items.find((one) => one.name === name)?.label ?? name}
        </option>
      ))}
    </Select>
  );
}
