import {
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  Badge,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import type { z } from 'zod';
import type { LedgerLineOut } from '../../src/http/schemas/consent.ts';
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
  const styles = useStyles();
  const { word, color } = LOOKS[line.type];
  return (
    <AccordionItem value={`${line.contactPointId}/${line.seq}`}>
      <AccordionHeader as="h3" expandIconPosition="end">
        <span className={styles.head}>
          <Badge appearance="tint" color={color}>
            {word}
          </Badge>
          <span className={styles.summary} dir="auto">
            {line.summary}
          </span>
          <span className={styles.time}>
            <Time at={line.at} form="long" /> · {line.purposes.join(', ')}
          </span>
        </span>
      </AccordionHeader>
      <AccordionPanel className={styles.panel}>
        <Evidence line={line} />
      </AccordionPanel>
    </AccordionItem>
  );
}

type Color = 'success' | 'danger' | 'warning' | 'informative' | 'brand';

const LOOKS: Record<Line['type'], { word: string; color: Color }> = {
  requested: { word: 'Requested', color: 'brand' },
  'request-failed': { word: 'Request failed', color: 'warning' },
  granted: { word: 'Granted', color: 'success' },
  denied: { word: 'Denied', color: 'danger' },
  held: { word: 'Held', color: 'warning' },
  released: { word: 'Hold lifted', color: 'informative' },
  expired: { word: 'Expired', color: 'warning' },
  'platform-stopped': { word: 'Stopped in WhatsApp', color: 'danger' },
  'platform-resumed': { word: 'Resumed in WhatsApp', color: 'informative' },
  'not-counted': { word: 'Did not count', color: 'warning' },
  'crm-observed': { word: 'Seen in the CRM', color: 'informative' },
  linked: { word: 'Linked', color: 'informative' },
  merged: { word: 'Merged', color: 'informative' },
  erased: { word: 'Erased', color: 'informative' },
};
