import {
  Button,
  Dialog,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { ArrowDownload20Regular } from '@fluentui/react-icons/svg/arrow-download';
import { Dismiss20Regular } from '@fluentui/react-icons/svg/dismiss';
import { useTranslation } from 'react-i18next';
import type { MediaOut } from '../../src/http/schemas/chat.ts';
import { downloading, useFileUrl } from '../ui/own-file.ts';
import { fileFacts, inlineUrl } from './media-words.ts';

const useStyles = makeStyles({
  surface: { maxWidth: '96vw', width: 'fit-content', maxHeight: '94vh', padding: '12px 16px 16px' },
  content: { display: 'flex', justifyContent: 'center', minWidth: 'min(320px, 80vw)' },
  image: { maxWidth: '100%', maxHeight: '78vh', objectFit: 'contain' },
  facts: {
    fontSize: tokens.fontSizeBase200,
    fontWeight: tokens.fontWeightRegular,
    color: tokens.colorNeutralForeground2,
  },
  commands: { display: 'flex', gap: '4px' },
});

/** A picture as large as the window allows, to look at and to download. Escape closes it. */
export function MediaViewer({ media, by, onClose }: { media: MediaOut; by: string; onClose: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation('chat');
  const src = useFileUrl(inlineUrl(media));
  return (
    <Dialog open onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle
            action={
              <div className={styles.commands}>
                <Button
                  as="a"
                  appearance="subtle"
                  href={media.url}
                  download={media.fileName ?? ''}
                  {...downloading(media.url, media.fileName ?? undefined)}
                  icon={<ArrowDownload20Regular />}
                  aria-label={t('media.downloadPicture')}
                />
                <Button
                  appearance="subtle"
                  icon={<Dismiss20Regular />}
                  aria-label={t('media.close')}
                  onClick={onClose}
                />
              </div>
            }
          >
            {t('media.pictureBy', { name: by })} <span className={styles.facts}>{fileFacts(media)}</span>
          </DialogTitle>
          <DialogContent className={styles.content}>
            <img className={styles.image} src={src} alt={t('media.pictureBy', { name: by })} />
          </DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
