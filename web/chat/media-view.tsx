import { makeStyles, tokens } from '@fluentui/react-components';
import { ArrowSync20Regular } from '@fluentui/react-icons/svg/arrow-sync';
import { Mic20Regular } from '@fluentui/react-icons/svg/mic';
import { Warning20Regular } from '@fluentui/react-icons/svg/warning';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MediaOut } from '../../src/http/schemas/chat.ts';
import { blockedText } from '../i18n/server-text.ts';
import { later } from '../ui/later.tsx';
import { useFileUrl } from '../ui/own-file.ts';
import { MediaDocument } from './media-document.tsx';
import { fileFacts, fileName, inlineUrl } from './media-words.ts';
import { kindName } from './message-kind.ts';

const MediaViewer = later(async () => (await import('./media-viewer.tsx')).MediaViewer, {
  onMissing: ({ onClose }) => onClose(),
});

const WIDEST = 320;
const TALLEST = 340;

const useStyles = makeStyles({
  picture: {
    display: 'block',
    padding: 0,
    border: 'none',
    background: 'none',
    cursor: 'zoom-in',
    borderRadius: tokens.borderRadiusMedium,
    overflow: 'hidden',
    lineHeight: 0,
    maxWidth: '100%',
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '2px' },
  },
  image: {
    display: 'block',
    maxWidth: '100%',
    height: 'auto',
    objectFit: 'cover',
    backgroundColor: tokens.colorNeutralBackground4,
  },
  sticker: { display: 'block', width: '128px', height: '128px', objectFit: 'contain' },
  video: {
    display: 'block',
    maxWidth: '100%',
    width: `${WIDEST}px`,
    maxHeight: `${TALLEST}px`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground4,
  },
  sound: { display: 'flex', alignItems: 'center', gap: '8px', maxWidth: '100%' },
  audio: { width: '260px', maxWidth: '100%', height: '40px' },
  state: {
    display: 'flex',
    alignItems: 'flex-start',
    gap: '8px',
    padding: '8px 10px',
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground3,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    maxWidth: '320px',
  },
  words: { display: 'flex', flexDirection: 'column', gap: '2px', minWidth: 0, overflowWrap: 'anywhere' },
  name: { color: tokens.colorNeutralForeground1 },
});

type Props = { media: MediaOut; by: string };

/** A file in its bubble: a picture to open, a player, a card; while it is on its way or will not come, that in words. */
export function MediaView({ media, by }: Props) {
  if (media.state !== 'stored') return <NotHere media={media} />;
  switch (media.kind) {
    case 'image':
      return <Picture media={media} by={by} />;
    case 'sticker':
      return <Sticker media={media} />;
    case 'video':
      return <Video media={media} by={by} />;
    case 'audio':
      return <Sound media={media} by={by} />;
    case 'document':
      return <MediaDocument media={media} />;
  }
}

function Sticker({ media }: { media: MediaOut }) {
  const styles = useStyles();
  const src = useFileUrl(inlineUrl(media));
  return <img className={styles.sticker} src={src} alt={kindName('sticker')} loading="lazy" />;
}

function Video({ media, by }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const poster = useFileUrl(media.thumbnailUrl);
  const src = useFileUrl(inlineUrl(media));
  return (
    // biome-ignore lint/a11y/useMediaCaption: what customers film has no captions
    <video
      className={styles.video}
      style={boxOf(media)}
      controls
      preload="none"
      poster={poster}
      src={src}
      aria-label={t('media.videoBy', { name: by })}
    />
  );
}

function Sound({ media, by }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const src = useFileUrl(inlineUrl(media));
  return (
    <div className={styles.sound}>
      {media.voice && <Mic20Regular aria-hidden />}
      {/* biome-ignore lint/a11y/useMediaCaption: what customers say has no captions */}
      <audio
        className={styles.audio}
        controls
        preload="metadata"
        src={src}
        aria-label={t(media.voice ? 'media.voiceBy' : 'media.audioBy', { name: by })}
      />
    </div>
  );
}

/** The place of a picture is kept before it is there, so that nothing jumps. */
function boxOf({ width, height }: MediaOut): { aspectRatio?: string; width?: number } {
  if (width === null || height === null || width === 0 || height === 0) return {};
  const scale = Math.min(1, WIDEST / width, TALLEST / height);
  return { aspectRatio: `${width} / ${height}`, width: Math.max(96, Math.round(width * scale)) };
}

function Picture({ media, by }: Props) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const [open, setOpen] = useState(false);
  const [broken, setBroken] = useState(false);
  const src = useFileUrl(media.thumbnailUrl ?? inlineUrl(media));
  // Kept as a document would be: a picture that this browser cannot show can still be had.
  if (broken) return <MediaDocument media={media} />;
  return (
    <>
      <button
        type="button"
        className={styles.picture}
        aria-label={t('media.openPicture', { name: by })}
        onClick={() => setOpen(true)}
      >
        <img
          className={styles.image}
          style={boxOf(media)}
          src={src}
          alt=""
          loading="lazy"
          decoding="async"
          onError={() => setBroken(true)}
        />
      </button>
      {open && <MediaViewer media={media} by={by} onClose={() => setOpen(false)} />}
    </>
  );
}

function NotHere({ media }: { media: MediaOut }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const facts = fileFacts(media);
  return (
    <div className={styles.state}>
      {media.state === 'pending' ? <ArrowSync20Regular aria-hidden /> : <Warning20Regular aria-hidden />}
      <div className={styles.words}>
        <span className={styles.name}>
          <bdi>{fileName(media)}</bdi>
          {facts !== '' && ` · ${facts}`}
        </span>
        <span>
          {media.state === 'pending'
            ? t('media.pending')
            : (blockedText(media) ?? t(media.state === 'refused' ? 'media.refused' : 'media.failed'))}
        </span>
      </div>
    </div>
  );
}
