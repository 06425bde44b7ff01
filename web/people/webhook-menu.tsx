import {
  Button,
  Menu,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
} from '@fluentui/react-components';
import { MoreHorizontal20Regular } from '@fluentui/react-icons/svg/more-horizontal';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { WebhookOut } from '../../src/http/schemas/webhooks.ts';
import { api } from '../ui/api.ts';
import { useNotify } from '../ui/notify.ts';
import { keys } from '../ui/queries.ts';
import type { ShownWebhook } from './webhook-dialogs.tsx';
import { webhookPath } from './webhook-path.ts';

type Props = { webhook: WebhookOut; onShow: (shown: ShownWebhook) => void };

/** What can be done about one webhook. What asks first or shows something opens a dialog of the page. */
export function WebhookMenu({ webhook, onShow }: Props) {
  const { t } = useTranslation('integrations');
  const client = useQueryClient();
  const notify = useNotify();
  const name = webhook.description === '' ? webhook.url : webhook.description;
  const refresh = () => void client.invalidateQueries({ queryKey: keys.webhooks() });
  const turn = useMutation({
    mutationFn: (enabled: boolean) => api.patch(webhookPath(webhook.id), { enabled }),
    onSuccess: refresh,
    onError: (error) => notify.problem(error),
  });
  const test = useMutation({
    mutationFn: () => api.post(webhookPath(webhook.id, '/test')),
    onSuccess: () => {
      refresh();
      notify.success(t('webhooks.testSent'));
    },
    onError: (error) => notify.problem(error),
  });
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<MoreHorizontal20Regular />}
          aria-label={t('webhooks.actionsFor', { name })}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={() => onShow({ what: 'deliveries', webhook })}>{t('deliveries.show')}</MenuItem>
          {webhook.enabled && <MenuItem onClick={() => test.mutate()}>{t('webhooks.sendTest')}</MenuItem>}
          <MenuItem onClick={() => onShow({ what: 'edit', webhook })}>{t('webhooks.edit')}</MenuItem>
          <MenuItem onClick={() => onShow({ what: 'new-secret', webhook })}>
            {t('webhooks.newSecret')}
          </MenuItem>
          <MenuDivider />
          <MenuItem onClick={() => turn.mutate(!webhook.enabled)}>
            {t(webhook.enabled ? 'webhooks.switchOff' : 'webhooks.switchOn')}
          </MenuItem>
          <MenuItem onClick={() => onShow({ what: 'remove', webhook })}>{t('webhooks.remove')}</MenuItem>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
