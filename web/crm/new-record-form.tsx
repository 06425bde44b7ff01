import {
  Button,
  Field,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  Select,
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import type { ProposedRecordOut, RecordOut } from '../../src/http/schemas/records.ts';
import { ApiProblem, answerOf, api, chatPath } from '../ui/api.ts';
import { ProblemList } from '../ui/problem-list.tsx';
import { ErrorState, Loaded } from '../ui/states.tsx';
import { ColumnInput, type ColumnValue } from './column-input.tsx';
import { useDuplicates, useProposedRecord } from './from-chat-queries.ts';
import { useRecordsChanged, useRecordTypes } from './record-queries.ts';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '12px' },
  actions: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'flex-end',
    gap: '8px',
    marginBlockStart: '8px',
  },
  fields: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(200px, 1fr))', gap: '12px' },
});

type Props = { conversation: ConversationOut; onLink: () => void; onDone: () => void };

/** A new record of a type the person chooses, filled with what the chat knows. */
export function NewRecordForm({ conversation, onLink, onDone }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('crm');
  const types = useRecordTypes();
  const [chosen, setChosen] = useState<string | null>(null);
  // The type that names a customer who is in several is the likeliest for a new one.
  const withNumbers = (types.data?.items ?? []).filter(({ phoneColumns }) => phoneColumns.length > 0);
  const [likeliest] = withNumbers.toSorted((a, b) => a.priority - b.priority);
  const table = chosen ?? likeliest?.table ?? '';
  const proposed = useProposedRecord(conversation.id, table);
  const duplicates = useDuplicates(conversation.id, '');
  const found = duplicates.data?.items.length ?? 0;
  return (
    <div className={styles.form}>
      {found > 0 && (
        <MessageBar intent="warning">
          <MessageBarBody>{t('fromChat.maybeThere', { count: found })}</MessageBarBody>
          <MessageBarActions>
            <Button size="small" onClick={onLink}>
              {t('fromChat.look')}
            </Button>
          </MessageBarActions>
        </MessageBar>
      )}
      <Field label={t('fromChat.recordType')}>
        <Select value={table} onChange={(_, data) => setChosen(data.value)}>
          {withNumbers.map((one) => (
            <option key={one.table} value={one.table}>
              {one.displayName}
            </option>
          ))}
        </Select>
      </Field>
      <Loaded query={proposed}>
        {(form) => (
          <Columns key={table} conversation={conversation} table={table} form={form} onDone={onDone} />
        )}
      </Loaded>
    </div>
  );
}

type ColumnsProps = {
  conversation: ConversationOut;
  table: string;
  form: ProposedRecordOut;
  onDone: () => void;
};

function Columns({ conversation, table, form, onDone }: ColumnsProps) {
  const styles = useStyles();
  const { t } = useTranslation('crm');
  const changed = useRecordsChanged();
  const [values, setValues] = useState<Record<string, ColumnValue>>(form.values);
  const create = useMutation({
    mutationFn: () => api.post(chatPath(conversation.id, 'record'), { table, values }, answerOf<RecordOut>()),
    onSuccess: () => {
      changed();
      onDone();
    },
  });
  const { error } = create;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!create.isPending) create.mutate();
      }}
    >
      <div className={styles.fields}>
        {form.columns.map((column) => (
          <ColumnInput
            key={column.name}
            column={column}
            value={values[column.name]}
            onChange={(value) => setValues((all) => ({ ...all, [column.name]: value }))}
          />
        ))}
      </div>
      {error instanceof ApiProblem && error.problems.length > 0 ? (
        <ProblemList title={t('fromChat.notCreated')} problems={error.problems} />
      ) : (
        create.isError && <ErrorState title={t('fromChat.notCreated')} error={error} />
      )}
      <div className={styles.actions}>
        <Button onClick={onDone}>{t('fromChat.close')}</Button>
        <Button type="submit" appearance="primary" disabledFocusable={create.isPending}>
          {create.isPending ? t('fromChat.creating') : t('fromChat.create')}
        </Button>
      </div>
    </form>
  );
}
