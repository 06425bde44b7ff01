import { makeStyles, tokens } from '@fluentui/react-components';
import { ArrowDownload20Regular } from '@fluentui/react-icons/svg/arrow-download';
import { Document24Regular } from '@fluentui/react-icons/svg/document';
import { DocumentPdf24Regular } from '@fluentui/react-icons/svg/document-pdf';
import { useTranslation } from 'react-i18next';
import type { MediaOut } from '../../src/http/schemas/chat.ts';
import { downloading } from '../ui/own-file.ts';
import { fileFacts, fileName } from './media-words.ts';

const useStyles = makeStyles({
  card: {
    display: 'flex',
    alignItems: 'center',
    gap: '10px',
    padding: '8px 10px',
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    color: tokens.colorNeutralForeground1,
    textDecorationLine: 'none',
    maxWidth: '320px',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}` },
  },
  icon: { flexShrink: 0, color: tokens.colorBrandForeground1, display: 'inline-flex' },
  words: { flex: 1, minWidth: 0, display: 'flex', flexDirection: 'column' },
  name: { overflowWrap: 'anywhere', fontWeight: tokens.fontWeightSemibold },
  facts: { fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2 },
});

/** A file to download: its name, what it is and how big. A download never opens inside the page. */
export function MediaDocument({ media }: { media: MediaOut }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const name = fileName(media);
  return (
    <a
      className={styles.card}
      href={media.url}
      download={name}
      title={t('media.download', { name })}
      {...downloading(media.url, name)}
    >
      <span className={styles.icon} aria-hidden>
        {media.mimeType === 'application/pdf' ? <DocumentPdf24Regular /> : <Document24Regular />}
      </span>
      <span className={styles.words}>
        <bdi className={styles.name}>{name}</bdi>
        <span className={styles.facts}>{fileFacts(media)}</span>
      </span>
      <ArrowDownload20Regular aria-hidden />
    </a>
  );
}
