import { makeStyles, tokens } from '@fluentui/react-components';
import { Fragment } from 'react';
import type { SendableOut } from '../../src/http/schemas/chat.ts';
import { RecordLink } from './record-link.tsx';

const useStyles = makeStyles({ line: { color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' } });

/** The number a template goes to, and every record that shares it and so takes the answer. */
export function RecipientLine({ sendable }: { sendable: SendableOut }) {
  const styles = useStyles();
  const { phone, records } = sendable;
  return (
    <p className={styles.line}>
      To <strong>{phone ?? 'this WhatsApp user'}</strong>
      {records.length > 0 && (
        <>
          {records.length === 1
            ? '; the answer is written to '
            : '; the answer counts for all who share this number: '}
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
