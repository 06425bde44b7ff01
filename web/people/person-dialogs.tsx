import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { LinkOut, PersonOut } from '../../src/http/schemas/people.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useNotify } from '../ui/notify.ts';
import { DialogProblem } from './dialog-problem.tsx';
import { LinkDialog } from './link-dialog.tsx';
import { PersonDialog } from './person-dialog.tsx';
import { personPath } from './queries.ts';
import { SessionsDialog } from './sessions-dialog.tsx';

/** Which dialog of the page is open, and about whom. */
export type Shown =
  | { what: 'invite' }
  | { what: 'edit' | 'sessions' | 'reset' | 'new-invitation' | 'disable'; person: PersonOut }
  | { what: 'link'; kind: 'invitation' | 'reset'; name: string; link: z.infer<typeof LinkOut> };

type Props = { shown: Shown | null; onShow: (shown: Shown | null) => void };

export function PersonDialogs({ shown, onShow }: Props) {
  const close = () => onShow(null);
  switch (shown?.what) {
    case undefined:
      return null;
    case 'invite':
      return (
        <PersonDialog
          onClose={close}
          onInvited={({ person, invitation }) =>
            onShow({ what: 'link', kind: 'invitation', name: person.name, link: invitation })
          }
        />
      );
    case 'edit':
      return <PersonDialog person={shown.person} onClose={close} />;
    case 'sessions':
      return <SessionsDialog person={shown.person} onClose={close} />;
    case 'reset':
    case 'new-invitation':
      return (
        <NewLink
          kind={shown.what === 'reset' ? 'reset' : 'invitation'}
          person={shown.person}
          onShow={onShow}
        />
      );
    case 'disable':
      return <Disable person={shown.person} onClose={close} />;
    case 'link':
      return <LinkDialog kind={shown.kind} name={shown.name} link={shown.link} onClose={close} />;
  }
}

/** A new link makes the one before useless, and a reset signs the person out: both are asked first. */
function NewLink({
  kind,
  person,
  onShow,
}: {
  kind: 'invitation' | 'reset';
  person: PersonOut;
  onShow: Props['onShow'];
}) {
  const { t } = useTranslation('people');
  const client = useQueryClient();
  const make = useMutation({
    mutationFn: () => api.post(personPath(person.id, `/${kind}`), undefined, answerOf<LinkOut>()),
    onSuccess: (link) => {
      void client.invalidateQueries({ queryKey: ['people'] });
      onShow({ what: 'link', kind, name: person.name, link });
    },
  });
  const { name } = person;
  return (
    <ConfirmDialog
      open
      title={t(`links.${kind}.ask`, { name })}
      confirmLabel={t('links.make')}
      busy={make.isPending}
      onConfirm={() => make.mutate()}
      onCancel={() => onShow(null)}
    >
      {t(`links.${kind}.askText`, { name })}
      <DialogProblem error={make.error} />
    </ConfirmDialog>
  );
}

function Disable({ person, onClose }: { person: PersonOut; onClose: () => void }) {
  const { t } = useTranslation('people');
  const client = useQueryClient();
  const notify = useNotify();
  const { name } = person;
  const disable = useMutation({
    mutationFn: () => api.patch(personPath(person.id), { disabled: true }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['people'] });
      notify.success(t('people.disabled', { name }));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      title={t('people.disableAsk', { name })}
      confirmLabel={t('people.disableConfirm')}
      busy={disable.isPending}
      onConfirm={() => disable.mutate()}
      onCancel={onClose}
    >
      {t('people.disableText')}
      <DialogProblem error={disable.error} />
    </ConfirmDialog>
  );
}
