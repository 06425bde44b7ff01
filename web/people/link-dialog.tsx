import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { LinkOut } from '../../src/http/schemas/people.ts';
import { localTime } from '../ui/time.tsx';
import { SecretDialog } from './secret.tsx';

type Props = {
  kind: 'invitation' | 'reset';
  name: string;
  link: z.infer<typeof LinkOut>;
  onClose: () => void;
};

/** A link that was just made. */
export function LinkDialog({ kind, name, link, onClose }: Props) {
  const { t } = useTranslation('people');
  return (
    <SecretDialog
      title={t(`links.${kind}.title`, { name })}
      label={t(`links.${kind}.label`)}
      value={link.url}
      copyLabel={t('links.copy')}
      hint={t('links.hint', { name, until: localTime(link.expiresAt, 'long') })}
      onClose={onClose}
    />
  );
}
