import { Button, Menu, MenuDivider, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import { MoreHorizontal20Regular } from '@fluentui/react-icons/svg/more-horizontal';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PersonOut } from '../../src/http/schemas/people.ts';
import { api } from '../ui/api.ts';
import { MayMenuItem } from '../ui/may.tsx';
import { useMe } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.ts';
import type { Shown } from './person-dialogs.tsx';
import { personPath } from './queries.ts';

/** What can be done about one person. What asks first or shows something opens a dialog of the page. */
export function PersonMenu({ person, onShow }: { person: PersonOut; onShow: (shown: Shown) => void }) {
  const { t } = useTranslation('people');
  const client = useQueryClient();
  const notify = useNotify();
  const me = useMe();
  const isMe = me.id === person.id;
  const { name } = person;
  const quick = useMutation({
    mutationFn: (what: 'unlock' | 'enable') =>
      what === 'unlock'
        ? api.post(personPath(person.id, '/unlock'))
        : api.patch(personPath(person.id), { disabled: false }),
    onSuccess: (_, what) => {
      notify.success(t(what === 'unlock' ? 'people.unlocked' : 'people.enabled', { name }));
      void client.invalidateQueries({ queryKey: ['people'] });
    },
    onError: (error) => notify.problem(error),
  });
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<MoreHorizontal20Regular />}
          aria-label={t('people.actionsFor', { name })}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MayMenuItem right="manage-people" onClick={() => onShow({ what: 'edit', person })}>
            {t('people.edit')}
          </MayMenuItem>
          <MayMenuItem right="manage-people" onClick={() => onShow({ what: 'sessions', person })}>
            {t('people.sessions')}
          </MayMenuItem>
          {person.status === 'invited' && (
            <MayMenuItem right="manage-people" onClick={() => onShow({ what: 'new-invitation', person })}>
              {t('people.newInvitation')}
            </MayMenuItem>
          )}
          {person.status !== 'invited' && person.status !== 'disabled' && (
            <MayMenuItem
              right="manage-people"
              reason={isMe ? t('people.ownPassword') : person.email === null ? t('people.needsEmail') : null}
              onClick={() => onShow({ what: 'reset', person })}
            >
              {t('people.reset')}
            </MayMenuItem>
          )}
          {person.status === 'locked' && (
            <MayMenuItem right="manage-people" onClick={() => quick.mutate('unlock')}>
              {t('people.unlock')}
            </MayMenuItem>
          )}
          <MenuDivider />
          {person.status === 'disabled' ? (
            <MayMenuItem right="manage-people" onClick={() => quick.mutate('enable')}>
              {t('people.enable')}
            </MayMenuItem>
          ) : (
            <MayMenuItem
              right="manage-people"
              reason={isMe ? t('people.notYourself') : null}
              onClick={() => onShow({ what: 'disable', person })}
            >
              {t('people.disable')}
            </MayMenuItem>
          )}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
