import { makeStyles, tokens } from '@fluentui/react-components';
import { Fragment } from 'react';
import type { SendableOut } from '../../src/http/schemas/chat.ts';
import { RecordLink } from './record-link.tsx';

const useStyles = makeStyles({ line: { color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' } });

type Props = { sendable: SendableOut; asks: boolean };

/** The number a template goes to, and every record that shares it: where it asks for consent, all take the answer. */
export function RecipientLine({ sendable, asks }: Props) {
  const styles = useStyles();
  const { phone, records } = sendable;
  return (
    <p className={styles.line}>
      To <strong>{phone ?? 'this WhatsApp user'}</strong>
      {records.length > 0 && (
        <>
          {leadTo(records.length, asks)}
          {records.map((record, index) => (
            <Fragment key={`${record.recordType}/${record.id}`}>
              {index > 0 && ', '}
              <RecordLink record={record} /> ({record.recordType})
            </Fragment>
          ))}
        </>
      )}
      {records.length === 0 && '; no CRM record has this number'}.
    </p>
  );
}

function leadTo(records: number, asks: boolean): string {
  if (!asks) return records === 1 ? ', ' : ', a number shared by ';
  return records === 1
    ? '; the answer is written to '
    : '; the answer counts for all who share this number: ';
}
