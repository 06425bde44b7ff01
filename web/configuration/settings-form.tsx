import '../ui/zod-without-eval.ts';
import {
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  Radio,
  RadioGroup,
  Switch,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { z } from 'zod';
import { type Settings, type SettingsOut, SettingsPatch } from '../../src/http/schemas/administration.ts';
import { translate } from '../i18n/i18n.ts';
import { languageName } from '../i18n/locale.ts';
import { answerOf, api } from '../ui/api.ts';
import { FormSection } from '../ui/form-section.tsx';
import { AppLink } from '../ui/link.tsx';
import { useMay } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.ts';
import { goToProblems, ProblemList } from '../ui/problem-list.tsx';
import { keys } from '../ui/queries.ts';
import { SaveBar } from '../ui/save-bar.tsx';
import { UnsavedGuard } from '../ui/unsaved-guard.tsx';
import { AskingBasisField } from './asking-basis-field.tsx';
import { ChangedMeanwhile } from './changed-meanwhile.tsx';
import { CountriesField } from './country-field.tsx';
import { isChangedMeanwhile, madeOn, type Saved, useEditing } from './editing.ts';
import { NumberSettingField } from './number-setting-field.tsx';
import { problemAt, problemsOf } from './problems.ts';
import { ReadableForm } from './readable-form.tsx';
import { changedSettings, mergedSettings, sameSettings } from './settings-changes.ts';
import {
  answerLimits,
  askLimits,
  type NumberSetting,
  ownershipLimits,
  reminderLimits,
  storageLimits,
} from './settings-groups.ts';

const taggedOf = ({ etag, ...values }: SettingsOut): Saved<Settings> => ({ etag, values });

export function SettingsForm({ stored }: { stored: SettingsOut }) {
  const { t } = useTranslation('configuration');
  const client = useQueryClient();
  const notify = useNotify();
  const disabled = !useMay('manage-settings');
  const [touched, setTouched] = useState(false);
  const editing = useEditing(taggedOf(stored), { same: sameSettings, merge: mergedSettings });
  const { base, draft, dirty, set, theirs } = editing;
  const changes = changedSettings(base.values, draft);

  const patchOn = (etag: string | null) =>
    api.patch('/api/settings', changes, answerOf<SettingsOut>(), madeOn(etag));
  const save = useMutation({
    mutationFn: async () => {
      try {
        return await patchOn(base.etag);
      } catch (error) {
        if (!isChangedMeanwhile(error)) throw error;
        const now = taggedOf(
          await client.fetchQuery<SettingsOut>({ queryKey: keys.settings(), staleTime: 0 }),
        );
        // Nobody has to be asked about settings that they did not touch.
        if (mergedSettings(base.values, draft, now.values) === null) throw error;
        return patchOn(now.etag);
      }
    },
    onSuccess: (now) => {
      editing.saved(taggedOf(now));
      client.setQueryData(keys.settings(), now);
      setTouched(false);
      void client.invalidateQueries();
      notify.success(t('settings.saved'), t('settings.savedText'));
    },
    onError: goToProblems,
  });
  const refused = theirs !== null && isChangedMeanwhile(save.error) ? null : save.error;
  const issues = touched ? (SettingsPatch.safeParse(changes).error?.issues ?? []) : [];
  const problems = [
    ...issues.map((issue) => ({ code: 'invalid', path: issue.path.join('.'), message: sentenceOf(issue) })),
    ...problemsOf(refused),
  ];
  const numbers = (list: NumberSetting[]) =>
    list.map((setting) => (
      <NumberSettingField
        key={setting.key}
        setting={setting}
        value={draft[setting.key]}
        disabled={disabled}
        problem={problemAt(problems, setting.key)}
        onChange={(value) => set({ [setting.key]: value })}
      />
    ));

  return (
    <form
      noValidate
      style={{ display: 'flex', flexDirection: 'column', gap: 16 }}
      onSubmit={(event) => {
        event.preventDefault();
        setTouched(true);
        if (SettingsPatch.safeParse(changes).success) save.mutate();
        else goToProblems();
      }}
    >
      <UnsavedGuard dirty={dirty && !disabled} />
      <ChangedMeanwhile
        changed={theirs !== null}
        onLoad={() => {
          save.reset();
          editing.discard();
        }}
        onKeep={() => {
          save.reset();
          editing.keepMine();
        }}
      />
      <ProblemList title={t('settings.notSaved')} problems={problemsOf(refused)} />
      <ReadableForm readOnly={disabled}>
        <div style={{ display: 'flex', flexDirection: 'column', gap: 16 }}>
          <FormSection title={t('settings.asking.title')} description={t('settings.asking.text')}>
            {numbers(askLimits)}
            <CountriesField
              label={t('settings.countries')}
              hint={t('settings.countriesHint')}
              value={draft.countriesNoAskAfterRefusal}
              disabled={disabled}
              onChange={(countriesNoAskAfterRefusal) => set({ countriesNoAskAfterRefusal })}
            />
          </FormSection>

          <FormSection title={t('settings.answers')}>
            {numbers(answerLimits)}
            <Field hint={t('settings.secondPersonHint')}>
              <Switch
                checked={draft.grantNeedsSecondPerson}
                disabled={disabled}
                label={t('settings.secondPerson')}
                onChange={(_, { checked }) => set({ grantNeedsSecondPerson: checked })}
              />
            </Field>
            <Field hint={t('settings.holdStopHint')}>
              <Switch
                checked={draft.holdContainsStopForUs}
                disabled={disabled}
                label={t('settings.holdStop')}
                onChange={(_, { checked }) => set({ holdContainsStopForUs: checked })}
              />
            </Field>
          </FormSection>

          <FormSection title={t('settings.unknown.title')} description={t('settings.unknown.text')}>
            <Field hint={t('settings.unknown.chatHint')}>
              <Switch
                checked={draft.chatWithUnknown}
                disabled={disabled}
                label={t('settings.unknown.chat')}
                onChange={(_, { checked }) => set({ chatWithUnknown: checked })}
              />
            </Field>
            <Field label={t('settings.unknown.unset')}>
              <RadioGroup
                value={draft.unknownUnset}
                disabled={disabled}
                onChange={(_, { value }) => set({ unknownUnset: value === 'allow' ? 'allow' : 'ask-first' })}
              >
                <Radio value="ask-first" label={t('settings.unknown.askFirst')} />
                <Radio value="allow" label={t('settings.unknown.allow')} />
              </RadioGroup>
            </Field>
            {draft.unknownUnset === 'allow' && (
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>{t('settings.unknown.warning')}</MessageBarBody>
              </MessageBar>
            )}
            <AskingBasisField
              value={draft.unknownAskingBasis}
              disabled={disabled}
              onChange={(unknownAskingBasis) => set({ unknownAskingBasis })}
            />
          </FormSection>

          <FormSection title={t('settings.ownership.title')} description={t('settings.ownership.text')}>
            {numbers(ownershipLimits)}
            <Field hint={t('settings.ownership.returnHint')}>
              <Switch
                checked={draft.returnToPreviousOwner}
                disabled={disabled}
                label={t('settings.ownership.return')}
                onChange={(_, { checked }) => set({ returnToPreviousOwner: checked })}
              />
            </Field>
          </FormSection>

          <FormSection
            title={t('settings.reminders.title')}
            description={
              <Trans
                t={t}
                i18nKey="settings.reminders.text"
                components={{ hours: <AppLink to="/configuration/working-hours">{null}</AppLink> }}
              />
            }
          >
            {numbers(reminderLimits)}
          </FormSection>

          <FormSection title={t('settings.organisation')}>
            <Field
              label={t('settings.businessName')}
              hint={t('settings.businessNameHint')}
              {...validation(problemAt(problems, 'businessName'))}
            >
              <Input
                value={draft.businessName}
                disabled={disabled}
                maxLength={100}
                onChange={(_, { value }) => set({ businessName: value })}
              />
            </Field>
            <Field
              label={t('settings.language')}
              hint={t('settings.languageHint', { language: languageName(draft.defaultLanguage) })}
              {...validation(problemAt(problems, 'defaultLanguage'))}
            >
              <Input
                value={draft.defaultLanguage}
                disabled={disabled}
                maxLength={10}
                style={{ maxWidth: 160 }}
                onChange={(_, { value }) => set({ defaultLanguage: value.trim() })}
              />
            </Field>
          </FormSection>

          <FormSection title={t('settings.storage')}>{numbers(storageLimits)}</FormSection>
        </div>
      </ReadableForm>
      {!disabled && (
        <SaveBar
          dirty={dirty}
          busy={save.isPending}
          onDiscard={() => {
            save.reset();
            setTouched(false);
            editing.discard();
          }}
        />
      )}
    </form>
  );
}

/** What is wrong with a value, for the person who typed it. */
function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small' && issue.origin === 'number')
    return translate('configuration:settings.atLeast', { least: Number(issue.minimum) });
  if (issue.code === 'too_big' && issue.origin === 'number')
    return translate('configuration:settings.atMost', { most: Number(issue.maximum) });
  if (issue.code === 'invalid_type') return translate('configuration:settings.wholeNumber');
  if (issue.path[0] === 'defaultLanguage') return translate('configuration:settings.languageWrong');
  return issue.message;
}

function validation(message: string | undefined) {
  return message === undefined ? {} : { validationMessage: message };
}
