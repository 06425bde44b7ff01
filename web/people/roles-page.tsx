import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoleRightsOut } from '../../src/http/schemas/people.ts';
import { answerOf, api } from '../ui/api.ts';
import { Needing } from '../ui/may.tsx';
import { useNotify } from '../ui/notify.ts';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { SaveBar } from '../ui/save-bar.tsx';
import { Loaded, Loading } from '../ui/states.tsx';
import { UnsavedGuard } from '../ui/unsaved-guard.tsx';
import { DialogProblem } from './dialog-problem.tsx';
import { type RoleRights, useRoles } from './queries.ts';
import { RightsMatrix } from './rights-matrix.tsx';
import { changesOf, type RoleDraft } from './role-draft.ts';

/** Configuration → Roles: what each role may do. */
export function RolesPage() {
  const { t } = useTranslation('people');
  return (
    <Needing right="manage-people" title={t('rolesPage.title')}>
      <Roles />
    </Needing>
  );
}

function Roles() {
  const { t } = useTranslation('people');
  const roles = useRoles();
  return (
    <Page>
      <PageHeader title={t('rolesPage.title')} description={t('rolesPage.description')} />
      <Loaded query={roles} loading={<Loading rows={12} />}>
        {(saved) => <RolesForm saved={saved} />}
      </Loaded>
    </Page>
  );
}

function RolesForm({ saved }: { saved: RoleRights }) {
  const { t } = useTranslation('people');
  const client = useQueryClient();
  const notify = useNotify();
  const [edits, setEdits] = useState<Partial<RoleDraft>>({});
  const draft: RoleDraft = { agent: saved.agent, auditor: saved.auditor, ...edits };
  const changes = changesOf(saved, draft);
  const dirty = Object.keys(changes).length > 0;
  const save = useMutation({
    mutationFn: () => api.put('/api/roles', changes, answerOf<RoleRightsOut>()),
    onSuccess: (stored) => {
      client.setQueryData(keys.roles(), stored);
      setEdits({});
      void client.invalidateQueries({ queryKey: keys.me() });
      notify.success(t('rolesPage.saved'), t('rolesPage.savedText'));
    },
  });
  return (
    <form
      noValidate
      style={{ display: 'flex', flexDirection: 'column', gap: 16 }}
      onSubmit={(event) => {
        event.preventDefault();
        if (dirty) save.mutate();
      }}
    >
      <UnsavedGuard dirty={dirty} />
      <RightsMatrix roles={saved} draft={draft} disabled={save.isPending} onChange={setEdits} />
      <DialogProblem error={save.error} />
      <SaveBar
        dirty={dirty}
        busy={save.isPending}
        onDiscard={() => {
          save.reset();
          setEdits({});
        }}
      />
    </form>
  );
}
