import { makeStyles, tokens } from '@fluentui/react-components';
import { Fragment, type ReactNode } from 'react';
import type { z } from 'zod';
import type { LedgerLineOut } from '../../src/http/schemas/consent.ts';
import { evidenceFacts } from './evidence-facts.ts';

type Line = z.infer<typeof LedgerLineOut>;

const useStyles = makeStyles({
  facts: {
    display: 'grid',
    gridTemplateColumns: 'minmax(110px, max-content) minmax(0, 1fr)',
    gap: '4px 16px',
    padding: '8px 12px',
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground2,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
  },
  term: { color: tokens.colorNeutralForeground2 },
  value: { overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' },
  code: {
    fontFamily: tokens.fontFamilyMonospace,
    overflowWrap: 'anywhere',
    whiteSpace: 'pre-wrap',
    margin: 0,
  },
});

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' });

/** Everything that is kept about one event: both clocks, who, the evidence as it came, and the hashes of the chain. */
export function Evidence({ line }: { line: Line }) {
  const styles = useStyles();
  const facts: [string, ReactNode][] = [
    ['WhatsApp’s clock', exactTime(line.at)],
    ['Received here', exactTime(line.receivedAt)],
    ['What happened', line.act],
    ['Source', line.source],
    ['Recorded by', line.actor ?? 'nobody; the customer’s own act'],
    ...evidenceFacts(line.evidence),
    ['Line', String(line.seq)],
    ['Hash (SHA-256)', <code key="hash">{line.hash}</code>],
    [
      'Hash of the line before',
      line.prevHash === null ? 'none; the first line' : <code>{line.prevHash}</code>,
    ],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([term, value]) => (
        <Fragment key={term}>
          <dt className={styles.term}>{term}</dt>
          <dd className={styles.value} dir="auto">
            {value}
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}

function exactTime(at: string): ReactNode {
  return <time dateTime={at}>{exact.format(new Date(at))}</time>;
}
