import { Badge } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { Campaign } from './queries.ts';

const colors = {
  running: 'brand',
  done: 'success',
  cancelling: 'warning',
  cancelled: 'informative',
} as const;

/** How it stands, or that it waits for something. */
export function CampaignState({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const waits = campaign.waitsFor !== null;
  return (
    <Badge appearance="tint" color={waits ? 'warning' : colors[campaign.state]}>
      {waits ? t('waits') : t(`state.${campaign.state}`)}
    </Badge>
  );
}
