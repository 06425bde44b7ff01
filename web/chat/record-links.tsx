import { Fragment } from 'react';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { listSeparator } from '../i18n/i18n.ts';
import { useRecordTypeName } from './desk-queries.ts';
import { RecordLink } from './record-link.tsx';

/** The CRM records of a customer, each a link with its type. */
export function RecordLinks({ records }: Pick<ConversationOut, 'records'>) {
  const nameOf = useRecordTypeName();
  return records.map((record, index) => (
    <Fragment key={`${record.recordType}/${record.id}`}>
      {index > 0 && listSeparator()}
      <RecordLink record={record} /> ({nameOf(record.recordType)})
    </Fragment>
  ));
}
