import { Field, MessageBar, MessageBarBody, Switch } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { WorkingHours } from '../../src/http/schemas/desk.ts';
import { answerOf, api } from '../ui/api.ts';
import { FormSection } from '../ui/form-section.tsx';
import { useMay } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.ts';
import { goToProblems, ProblemList } from '../ui/problem-list.tsx';
import { keys } from '../ui/queries.ts';
import { SaveBar } from '../ui/save-bar.tsx';
import { UnsavedGuard } from '../ui/unsaved-guard.tsx';
import { AwayAnswerField } from './away-answer-field.tsx';
import { HolidaysField } from './holidays-field.tsx';
import { HoursNow } from './hours-now.tsx';
import { problemsOf } from './problems.ts';
import { ReadableForm } from './readable-form.tsx';
import { WeekField } from './week-field.tsx';
import { hoursProblems, tidied } from './working-hours-draft.ts';
import { ZoneField } from './zone-field.tsx';

export function WorkingHoursForm({ saved }: { saved: WorkingHours }) {
  const { t } = useTranslation('configuration');
  const client = useQueryClient();
  const notify = useNotify();
  const disabled = !useMay('manage-settings');
  const [edited, setEdited] = useState<WorkingHours | null>(null);
  const [touched, setTouched] = useState(false);
  const draft = edited ?? saved;
  const set = (change: Partial<WorkingHours>) => setEdited((before) => ({ ...(before ?? saved), ...change }));
  const dirty = JSON.stringify(tidied(draft)) !== JSON.stringify(tidied(saved));
  const wrong = hoursProblems(draft);

  const save = useMutation({
    mutationFn: () => api.put('/api/working-hours', tidied(draft), answerOf<WorkingHours>()),
    onSuccess: (stored) => {
      client.setQueryData(keys.workingHours(), stored);
      setEdited(null);
      setTouched(false);
      notify.success(t('workingHours.saved'), t('workingHours.savedText'));
    },
    onError: goToProblems,
  });
  const problemAt = (path: string): string | undefined => {
    const found = touched ? wrong.find((problem) => problem.path === path) : undefined;
    return found === undefined ? undefined : t(`workingHours.problem.${found.code}`);
  };
  const silent = draft.enabled && Object.values(draft.answer).every((text) => text.trim() === '');

  return (
    <form
      noValidate
      style={{ display: 'flex', flexDirection: 'column', gap: 16 }}
      onSubmit={(event) => {
        event.preventDefault();
        setTouched(true);
        if (wrong.length === 0) save.mutate();
        else goToProblems();
      }}
    >
      <UnsavedGuard dirty={dirty && !disabled} />
      <ProblemList title={t('workingHours.notSaved')} problems={problemsOf(save.error)} />
      <ReadableForm readOnly={disabled}>
        <div style={{ display: 'flex', flexDirection: 'column', gap: 16 }}>
          <FormSection title={t('workingHours.on')}>
            <Field hint={t('workingHours.enabledHint')}>
              <Switch
                checked={draft.enabled}
                disabled={disabled}
                label={t('workingHours.enabled')}
                onChange={(_, { checked }) => set({ enabled: checked })}
              />
            </Field>
            {draft.enabled && wrong.length === 0 && <HoursNow hours={draft} />}
            {silent && (
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>{t('workingHours.silent')}</MessageBarBody>
              </MessageBar>
            )}
          </FormSection>

          <FormSection title={t('workingHours.week')} description={t('workingHours.weekText')}>
            <WeekField
              hours={draft}
              disabled={disabled}
              problemAt={problemAt}
              onChange={(days) => set({ days })}
            />
            <ZoneField
              label={t('workingHours.timeZone')}
              hint={t('workingHours.timeZoneHint')}
              value={draft.timeZone}
              disabled={disabled}
              problem={problemAt('timeZone')}
              onChange={(timeZone) => set({ timeZone })}
            />
          </FormSection>

          <FormSection title={t('workingHours.holidays')} description={t('workingHours.holidaysText')}>
            <HolidaysField
              holidays={draft.holidays}
              disabled={disabled}
              problemAt={problemAt}
              onChange={(holidays) => set({ holidays })}
            />
          </FormSection>

          <FormSection title={t('workingHours.answer')} description={t('workingHours.answerText')}>
            <AwayAnswerField
              answers={draft.answer}
              disabled={disabled}
              onChange={(answer) => set({ answer })}
            />
          </FormSection>
        </div>
      </ReadableForm>
      {!disabled && (
        <SaveBar
          dirty={dirty}
          busy={save.isPending}
          onDiscard={() => {
            save.reset();
            setTouched(false);
            setEdited(null);
          }}
        />
      )}
    </form>
  );
}
