import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageTemplateOut, PublishAnswer } from '../../src/http/schemas/templates.ts';
import { ApiProblem, answerOf, api } from '../ui/api.ts';
import { useNotify } from '../ui/notify.ts';
import { goToProblems } from '../ui/problem-list.tsx';
import { keys } from '../ui/queries.ts';
import { madeOn, orReadAgain } from './editing.ts';
import { messageTemplatePath } from './queries.ts';
import { inputOf, type TemplateDraft } from './template-draft.ts';

export type TemplateActions = {
  save: UseMutationResult<void, Error, void>;
  /** Saves first, so that what is published is what is on the screen. */
  publish: UseMutationResult<void, Error, void>;
  retire: UseMutationResult<void, Error, void>;
  /** The template this form has created, once it has, and whether publishing it as well was refused. */
  created: { id: string; refused: boolean } | null;
};

/** What can be done with a template; results are told, and the shown pages refetch. */
export function useTemplateActions(
  template: MessageTemplateOut | null,
  draft: TemplateDraft,
  form: {
    /** It differs from what is saved. */
    dirty: boolean;
    /** The tag of what it is a change of; null for a new one. */
    etag: string | null;
    /** What it holds is saved now, as this. */
    onStored: (stored: MessageTemplateOut) => void;
  },
): TemplateActions {
  const { t } = useTranslation('configuration');
  const client = useQueryClient();
  const notify = useNotify();
  const [created, setCreated] = useState<TemplateActions['created']>(null);

  const orShowTheirs = <T>(id: string, call: Promise<T>): Promise<T> =>
    orReadAgain(call, () => client.invalidateQueries({ queryKey: keys.messageTemplate(id) }));
  const store = () =>
    template === null
      ? api.post('/api/message-templates', inputOf(draft), answerOf<MessageTemplateOut>())
      : orShowTheirs(
          template.id,
          api.patch(
            messageTemplatePath(template.id),
            inputOf(draft),
            answerOf<MessageTemplateOut>(),
            madeOn(form.etag),
          ),
        );
  const settle = async (stored: MessageTemplateOut, refused = false) => {
    form.onStored(stored);
    client.setQueryData(keys.messageTemplate(stored.id), stored);
    await client.invalidateQueries();
    if (template === null) setCreated({ id: stored.id, refused });
  };

  const save = useMutation({
    mutationFn: async () => {
      const stored = await store();
      await settle(stored);
      notify.success(t('template.savedAsDraft', { name: draft.name.trim() }));
    },
    onError: goToProblems,
  });

  const publish = useMutation({
    mutationFn: async () => {
      const stored = template === null || form.dirty ? await store() : template;
      // Published is what is on the screen, and not what somebody else made of it.
      const etag = stored === template ? form.etag : stored.etag;
      try {
        const answer = await orShowTheirs(
          stored.id,
          api.post(`${messageTemplatePath(stored.id)}/publish`, {}, answerOf<PublishAnswer>(), madeOn(etag)),
        );
        await settle(answer);
        notify.success(t('template.published', { name: answer.name }));
        // What it waits for, and the one step that helps, stand at the top.
        if (answer.waitingFor.length > 0) document.getElementById('main')?.scrollTo(0, 0);
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.problems.length === 0) throw error;
        // The page lists them from the check, which says the same for as long as they stand.
        await settle(stored, true);
        if (stored !== template) notify.info(t('template.savedNotPublished'), t('template.whatIsMissing'));
        if (template !== null) goToProblems();
      }
    },
    onError: goToProblems,
  });

  const retire = useMutation({
    mutationFn: async () => {
      if (template === null) throw new Error('a template that was never saved cannot be retired');
      const stored = await api.post(
        `${messageTemplatePath(template.id)}/retire`,
        {},
        answerOf<MessageTemplateOut>(),
      );
      await settle(stored);
      notify.success(t('template.retired', { name: stored.name }));
    },
    onError: (error) => notify.problem(error, t('template.notRetired')),
  });

  return { save, publish, retire, created };
}
