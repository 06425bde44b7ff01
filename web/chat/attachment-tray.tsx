import { Button, Link, makeStyles, mergeClasses, ProgressBar, tokens } from '@fluentui/react-components';
import { Dismiss16Regular } from '@fluentui/react-icons/svg/dismiss';
import { Document24Regular } from '@fluentui/react-icons/svg/document';
import { Mic24Regular } from '@fluentui/react-icons/svg/mic';
import { Video24Regular } from '@fluentui/react-icons/svg/video';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../i18n/locale.ts';
import { useFileUrl } from '../ui/own-file.ts';
import { sentenceOf } from '../ui/states.tsx';
import type { Attachment, Attachments } from './attachment-store.ts';

const useStyles = makeStyles({
  tray: {
    listStyle: 'none',
    margin: 0,
    padding: 0,
    display: 'flex',
    flexWrap: 'wrap',
    gap: '8px',
    maxHeight: '176px',
    overflowY: 'auto',
  },
  tile: {
    display: 'flex',
    alignItems: 'center',
    gap: '8px',
    width: '260px',
    maxWidth: '100%',
    padding: '6px',
    borderRadius: tokens.borderRadiusMedium,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  wrong: {
    border: `1px solid ${tokens.colorStatusDangerBorder1}`,
    backgroundColor: tokens.colorStatusDangerBackground1,
  },
  picture: {
    width: '48px',
    height: '48px',
    flexShrink: 0,
    objectFit: 'cover',
    borderRadius: tokens.borderRadiusSmall,
  },
  icon: {
    width: '48px',
    height: '48px',
    flexShrink: 0,
    display: 'inline-flex',
    alignItems: 'center',
    justifyContent: 'center',
    color: tokens.colorBrandForeground1,
  },
  words: { flex: 1, minWidth: 0, display: 'flex', flexDirection: 'column', gap: '2px' },
  name: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  small: {
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: 'anywhere',
  },
  error: { color: tokens.colorStatusDangerForeground1 },
});

/** The files that will be sent, in their order: what each is, how far its upload is, and what is wrong with it. */
export function AttachmentTray({ attachments, busy }: { attachments: Attachments; busy: boolean }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  return (
    <ul className={styles.tray} aria-label={t('attachment.list')}>
      {attachments.items.map((one) => (
        <li key={one.id}>
          <Tile one={one} attachments={attachments} busy={busy} />
        </li>
      ))}
    </ul>
  );
}

function Tile({ one, attachments, busy }: { one: Attachment; attachments: Attachments; busy: boolean }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const { state } = one;
  const name = one.name === '' ? t('attachment.unnamed') : one.name;
  const wrong = state.at === 'refused' || state.at === 'failed';
  return (
    <div className={mergeClasses(styles.tile, wrong && styles.wrong)}>
      <Picture one={one} />
      <div className={styles.words}>
        <span className={styles.name} title={name}>
          <bdi>{name}</bdi>
        </span>
        {state.at === 'uploading' && (
          <>
            <ProgressBar value={state.share} aria-label={t('attachment.uploading', { name })} />
            <span className={styles.small}>
              {t('attachment.progress', { percent: Math.round(state.share * 100) })}
            </span>
          </>
        )}
        {state.at === 'uploaded' && <span className={styles.small}>{formatBytes(one.size)}</span>}
        {wrong && (
          <span className={mergeClasses(styles.small, styles.error)} role="alert">
            {state.at === 'refused' ? <Refused why={state.why} /> : sentenceOf(state.error)}{' '}
            {state.at === 'failed' && (
              <Link as="button" inline onClick={() => attachments.retry(one)}>
                {t('attachment.retry')}
              </Link>
            )}
            {state.at === 'refused' && state.why.asDocument && (
              <Link as="button" inline onClick={() => attachments.asDocument(one)}>
                {t('attachment.asDocument')}
              </Link>
            )}
          </span>
        )}
      </div>
      <Button
        size="small"
        appearance="subtle"
        icon={<Dismiss16Regular />}
        disabled={busy}
        aria-label={
          state.at === 'uploading' ? t('attachment.cancel', { name }) : t('attachment.remove', { name })
        }
        onClick={() => attachments.remove(one.id)}
      />
    </div>
  );
}

function Refused({ why }: { why: Extract<Attachment['state'], { at: 'refused' }>['why'] }) {
  const { t } = useTranslation('chat');
  switch (why.code) {
    case 'empty':
      return t('attachment.empty');
    case 'type':
      return t('attachment.wrongType');
    case 'size':
      return t('attachment.tooLarge', { most: formatBytes(why.most ?? 0) });
  }
}

function Picture({ one }: { one: Attachment }) {
  const styles = useStyles();
  const preview = useFileUrl(one.preview);
  if (one.preview !== null) return <img className={styles.picture} src={preview} alt="" />;
  return (
    <span className={styles.icon} aria-hidden>
      {one.kind === 'video' ? (
        <Video24Regular />
      ) : one.kind === 'audio' ? (
        <Mic24Regular />
      ) : (
        <Document24Regular />
      )}
    </span>
  );
}
