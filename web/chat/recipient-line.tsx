import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { SendableOut, SendableTemplate } from '../../src/http/schemas/chat.ts';
import { PhoneNumber } from '../ui/phone-number.tsx';
import { RecordLinks } from './record-links.tsx';

const useStyles = makeStyles({ line: { color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' } });

type Props = { sendable: SendableOut; template: SendableTemplate };

/** The number a template goes to, and every record that shares it: where it asks for consent, what its answer changes. */
export function RecipientLine({ sendable, template }: Props) {
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
  const how = template.type === 'consent' ? 'asks' : 'sends';
  const which = records.length === 0 ? 'none' : records.length === 1 ? 'one' : 'several';
  const noField = which !== 'none' && how === 'asks' && !template.answerHasField;
  return (
    <p className={styles.line}>
      <Trans
        t={t}
        i18nKey={noField ? 'recipient.asks.noField' : `recipient.${how}.${which}`}
        components={parts}
      />
    </p>
  );
}
