import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
} from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { LinkOut } from '../../src/http/schemas/people.ts';
import { localTime } from '../ui/time.tsx';
import { Secret } from './secret.tsx';

type Props = {
  kind: 'invitation' | 'reset';
  name: string;
  link: z.infer<typeof LinkOut>;
  onClose: () => void;
};

/** A link that was just made. The server keeps only its hash, so this is the one time it can be read. */
export function LinkDialog({ kind, name, link, onClose }: Props) {
  const { t } = useTranslation('people');
  return (
    <Dialog open modalType="alert" onOpenChange={(_, data) => !data.open && onClose()}>
      <DialogSurface>
        <DialogBody>
          <DialogTitle>{t(`links.${kind}.title`, { name })}</DialogTitle>
          <DialogContent>
            <Secret
              label={t(`links.${kind}.label`)}
              value={link.url}
              copyLabel={t('links.copy')}
              hint={t('links.hint', { name, until: localTime(link.expiresAt, 'long') })}
            />
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={onClose}>
              {t('links.done')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
