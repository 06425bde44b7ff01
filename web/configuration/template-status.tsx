import { Badge } from '@fluentui/react-components';
import { CheckmarkCircle16Filled } from '@fluentui/react-icons/svg/checkmark-circle';
import { Clock16Regular } from '@fluentui/react-icons/svg/clock';
import { Edit16Regular } from '@fluentui/react-icons/svg/edit';
import { Prohibited16Regular } from '@fluentui/react-icons/svg/prohibited';
import { useTranslation } from 'react-i18next';
import type { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { waitText } from '../i18n/server-text.ts';

/** Draft, published, retired; published ones that wait say so, what they wait for is `waitsFor`. */
export function TemplateStatus({ template }: { template: MessageTemplateOut }) {
  const { t } = useTranslation('configuration');
  const { status, waitingFor, draft } = template;
  const waits = status === 'published' && waitingFor.length > 0;
  return (
    <span style={{ display: 'inline-flex', flexWrap: 'wrap', gap: 4 }}>
      {status === 'draft' && (
        <Badge appearance="tint" color="informative" icon={<Edit16Regular />}>
          {t('status.draft')}
        </Badge>
      )}
      {status === 'published' && (
        <Badge
          appearance="tint"
          color={waits ? 'warning' : 'success'}
          icon={waits ? <Clock16Regular /> : <CheckmarkCircle16Filled />}
        >
          {waits ? t('status.waits') : t('status.published')}
        </Badge>
      )}
      {status === 'retired' && (
        <Badge appearance="tint" color="informative" icon={<Prohibited16Regular />}>
          {t('status.retired')}
        </Badge>
      )}
      {status === 'published' && draft !== null && (
        <Badge appearance="tint" color="informative" icon={<Edit16Regular />}>
          {t('status.draftBeside')}
        </Badge>
      )}
    </span>
  );
}

/** What a published template waits for, one line each; empty when it waits for nothing. */
export function waitsFor({ status, waitingFor }: MessageTemplateOut): string[] {
  if (status !== 'published') return [];
  return waitingFor.map(waitText);
}
