import {
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  Badge,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { LedgerLineOut } from '../../src/http/schemas/consent.ts';
import { listOf } from '../i18n/locale.ts';
import { historyText } from '../i18n/server-text.ts';
import { toneOf } from '../ui/consent-tone.ts';
import { Time } from '../ui/time.tsx';
import { Evidence } from './evidence.tsx';

type Line = z.infer<typeof LedgerLineOut>;

const useStyles = makeStyles({
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: '4px 10px',
    padding: '6px 0',
    textAlign: 'start',
  },
  summary: { overflowWrap: 'anywhere' },
  time: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  panel: { paddingBottom: '12px' },
});

/** One event of the consent history; opened, it shows the whole evidence. */
export function HistoryLine({ line }: { line: Line }) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  // What we asked stands out among what the customer did.
  const color = line.type === 'requested' ? 'brand' : toneOf(line.type);
  return (
    <AccordionItem value={`${line.contactPointId}/${line.seq}`}>
      <AccordionHeader as="h3" expandIconPosition="end">
        <span className={styles.head}>
          <Badge appearance="tint" color={color}>
            {t(`line.${line.type}`)}
          </Badge>
          <span className={styles.summary} dir="auto">
            {historyText(line)}
          </span>
          {line.withheld !== null && <span className={styles.time}>{t('evidence.withheld')}</span>}
          <span className={styles.time}>
            <Time at={line.at} form="long" /> ·{' '}
            {listOf(line.purposes.map((purpose) => t(`purpose.${purpose}`)))}
          </span>
        </span>
      </AccordionHeader>
      <AccordionPanel className={styles.panel}>
        <Evidence line={line} />
      </AccordionPanel>
    </AccordionItem>
  );
}
