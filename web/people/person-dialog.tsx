import { Field, Input, makeStyles, Radio, RadioGroup } from '@fluentui/react-components';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import type { InvitedOut, PersonOut } from '../../src/http/schemas/people.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { crmSyncQuery } from '../ui/crm-sync.ts';
import { useNotify } from '../ui/notify.ts';
import { Loaded, Loading } from '../ui/states.tsx';
import { CheckList } from './check-list.tsx';
import { DialogProblem } from './dialog-problem.tsx';
import { changesOf, draftOf, isObjectId, type PersonDraft, problemOfEmail, roles } from './person-draft.ts';
import { personPath, type Team, useTeams } from './queries.ts';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '16px', paddingBlock: '8px' },
});

type Props = {
  /** Absent: somebody new is invited. */
  person?: PersonOut;
  onClose: () => void;
  onInvited?: (invited: z.infer<typeof InvitedOut>) => void;
};

/** Invites somebody, or changes who they are here: name, e-mail, role and teams. */
export function PersonDialog({ person, onClose, onInvited }: Props) {
  const { t } = useTranslation(['people', 'rights']);
  const teams = useTeams();
  if (teams.data !== undefined) {
    return (
      <Form
        teams={teams.data}
        onClose={onClose}
        {...(person === undefined ? {} : { person })}
        {...(onInvited === undefined ? {} : { onInvited })}
      />
    );
  }
  return (
    <ConfirmDialog
      open
      disabled
      title={person === undefined ? t('person.inviteTitle') : t('person.editTitle', person)}
      confirmLabel={person === undefined ? t('person.invite') : t('person.save')}
      onConfirm={onClose}
      onCancel={onClose}
    >
      <Loaded query={teams} loading={<Loading rows={4} />}>
        {() => null}
      </Loaded>
    </ConfirmDialog>
  );
}

function Form({ person, teams, onClose, onInvited }: Props & { teams: Team[] }) {
  const { t } = useTranslation(['people', 'rights']);
  const styles = useStyles();
  const client = useQueryClient();
  const notify = useNotify();
  const sync = useQuery(crmSyncQuery());
  const inDataverse = sync.data?.crm === 'dataverse';
  const [draft, setDraft] = useState<PersonDraft>(() => draftOf(person, teams));
  const [touched, setTouched] = useState(false);
  const set = (change: Partial<PersonDraft>) => setDraft((before) => ({ ...before, ...change }));
  const save = useMutation({
    mutationFn: async () => {
      const { entraObjectId: _, ...invited } = draft;
      if (person === undefined) onInvited?.(await api.post('/api/people', invited, answerOf<InvitedOut>()));
      else await api.patch(personPath(person.id), changesOf(person, draft), answerOf<PersonOut>());
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['people'] });
      if (person === undefined) return;
      notify.success(t('person.saved', { name: draft.name }));
      onClose();
    },
  });
  // Somebody who has no e-mail address here signs in by a link of the server, and may go on so.
  const needsEmail = person === undefined || person.email !== null;
  const emailProblem = touched ? problemOfEmail(draft.email, needsEmail) : null;
  const nameMissing = draft.name.trim() === '';
  const unchanged = person !== undefined && Object.keys(changesOf(person, draft)).length === 0;
  return (
    <ConfirmDialog
      open
      noValidate
      title={person === undefined ? t('person.inviteTitle') : t('person.editTitle', person)}
      confirmLabel={person === undefined ? t('person.invite') : t('person.save')}
      busy={save.isPending}
      disabled={unchanged}
      onConfirm={() => {
        setTouched(true);
        if (
          !nameMissing &&
          problemOfEmail(draft.email, needsEmail) === null &&
          isObjectId(draft.entraObjectId)
        )
          save.mutate();
      }}
      onCancel={onClose}
    >
      <div className={styles.form}>
        <Field
          label={t('person.name')}
          required
          {...(touched && nameMissing ? { validationMessage: t('person.nameMissing') } : {})}
        >
          <Input
            dir="auto"
            value={draft.name}
            maxLength={100}
            autoComplete="off"
            onChange={(_, { value }) => set({ name: value })}
          />
        </Field>
        <Field
          label={t('person.email')}
          required={needsEmail}
          hint={t('person.emailHint')}
          {...(emailProblem === null ? {} : { validationMessage: t(`person.${emailProblem}`) })}
        >
          <Input
            type="email"
            value={draft.email}
            maxLength={254}
            autoComplete="off"
            onChange={(_, { value }) => set({ email: value })}
          />
        </Field>
        <Field label={t('person.role')}>
          <RadioGroup
            value={draft.role}
            onChange={(_, { value }) => set({ role: roles.find((role) => role === value) ?? draft.role })}
          >
            {roles.map((role) => (
              <Radio
                key={role}
                value={role}
                label={{
                  children: (
                    <>
                      <strong>{t(`rights:roles.${role}`)}</strong>: {t(`person.roleText.${role}`)}
                    </>
                  ),
                }}
              />
            ))}
          </RadioGroup>
        </Field>
        <CheckList
          label={t('person.teams')}
          hint={t('person.teamsHint')}
          options={teams}
          chosen={draft.teams}
          onChange={(chosen) => set({ teams: chosen })}
        />
        {person !== undefined && inDataverse && (
          <Field
            label={t('person.objectId')}
            hint={t('person.objectIdHint')}
            {...(touched && !isObjectId(draft.entraObjectId)
              ? { validationMessage: t('person.objectIdWrong') }
              : {})}
          >
            <Input
              dir="ltr"
              value={draft.entraObjectId}
              maxLength={36}
              autoComplete="off"
              onChange={(_, { value }) => set({ entraObjectId: value })}
            />
          </Field>
        )}
        <DialogProblem error={save.error} />
      </div>
    </ConfirmDialog>
  );
}
