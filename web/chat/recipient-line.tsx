import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import type { SendableOut } from '../../src/http/schemas/chat.ts';
import { PhoneNumber } from '../ui/phone-number.tsx';
import { RecordLinks } from './record-links.tsx';

const useStyles = makeStyles({ line: { color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' } });

type Props = { sendable: SendableOut; asks: boolean };

/** The number a template goes to, and every record that shares it: where it asks for consent, all take the answer. */
export function RecipientLine({ sendable, asks }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('desk');
  const { phone, phoneText, records } = sendable;
  const parts: Record<'number' | 'records', ReactElement> = {
    number: (
      <strong>
        {phone === null ? t('recipient.whatsappUser') : <PhoneNumber number={phone} text={phoneText} />}
      </strong>
    ),
    records: <RecordLinks records={records} />,
  };
  const which = records.length === 0 ? 'none' : records.length === 1 ? 'one' : 'several';
  return (
    <p className={styles.line}>
      <Trans t={t} i18nKey={`recipient.${asks ? 'asks' : 'sends'}.${which}`} components={parts} />
    </p>
  );
}
