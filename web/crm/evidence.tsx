import { makeStyles, tokens } from '@fluentui/react-components';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { LedgerLineOut } from '../../src/http/schemas/consent.ts';
import { translate } from '../i18n/i18n.ts';
import { dateFormat } from '../i18n/locale.ts';
import { FileLink } from '../ui/file-link.tsx';
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
    // A hash beside its label leaves it two letters a line on a phone.
    '@media (max-width: 480px)': {
      gridTemplateColumns: 'minmax(0, 1fr)',
      rowGap: 0,
      '& > dd': { marginBottom: '6px' },
    },
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

/** Everything that is kept about one event: both clocks, who, the evidence as it came, and the hashes of the chain. */
export function Evidence({ line }: { line: Line }) {
  const { t } = useTranslation('crm');
  const styles = useStyles();
  const file = fileOf(line);
  const evidence = file.length === 0 ? line.evidence : { ...line.evidence, fileName: null };
  const facts: [string, ReactNode][] = [
    [t('evidence.whatsappClock'), exactTime(line.at)],
    [t('evidence.received'), exactTime(line.receivedAt)],
    [t('evidence.act'), line.act],
    [t('evidence.source'), line.source],
    [t('evidence.actor'), line.actor ?? t('evidence.nobody')],
    ...evidenceFacts(evidence),
    ...file,
    ...(line.withheld === null ? [] : [[t('evidence.words'), t('evidence.withheld')] as [string, string]]),
    [t('evidence.line'), String(line.seq)],
    [t('evidence.hash'), <code key="hash">{line.hash}</code>],
    [t('evidence.prevHash'), line.prevHash === null ? t('evidence.firstLine') : <code>{line.prevHash}</code>],
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

/** The file that somebody attached, under its name in place of the name alone. */
function fileOf({ evidence, contactPointId, seq }: Line): [string, ReactNode][] {
  const { fileName, fileSha256 } = evidence;
  if (typeof fileName !== 'string' || typeof fileSha256 !== 'string') return [];
  const path = `/api/evidence-files/${encodeURIComponent(contactPointId)}/${seq}`;
  return [[translate('crm:evidence.attached'), <FileLink key="file" path={path} name={fileName} />]];
}

function exactTime(at: string): ReactNode {
  return (
    <time dateTime={at}>{dateFormat({ dateStyle: 'medium', timeStyle: 'long' }).format(new Date(at))}</time>
  );
}
