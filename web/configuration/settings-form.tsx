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
import type { z } from 'zod';
import { Settings } from '../../src/http/schemas/administration.ts';
import { api } from '../ui/api.ts';
import { useMayConfigure } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.tsx';
import { goToProblems, ProblemList } from '../ui/problem-list.tsx';
import { keys } from '../ui/queries.ts';
import { UnsavedGuard } from '../ui/unsaved-guard.tsx';
import { AskingBasisField } from './asking-basis-field.tsx';
import { languageName } from './countries.ts';
import { CountriesField } from './country-field.tsx';
import { FormSection } from './form-section.tsx';
import { NumberSettingField } from './number-setting-field.tsx';
import { problemAt, problemsOf } from './problems.ts';
import { ReadableForm } from './readable-form.tsx';
import { SaveBar } from './save-bar.tsx';
import { answerLimits, askLimits, type NumberSetting, storageLimits } from './settings-groups.ts';

/** Only what differs is sent, so that two administrators at different settings do not undo each other. */
function changesOf(saved: Settings, draft: Settings): Partial<Settings> {
  const before = new Map<string, unknown>(Object.entries(saved));
  return Object.fromEntries(Object.entries(draft).filter(([key, value]) => !same(before.get(key), value)));
}

function same(a: unknown, b: unknown): boolean {
  return Array.isArray(a) && Array.isArray(b) ? a.join() === b.join() : Object.is(a, b);
}

export function SettingsForm({ saved }: { saved: Settings }) {
  const client = useQueryClient();
  const notify = useNotify();
  const disabled = !useMayConfigure();
  const [edits, setEdits] = useState<Partial<Settings>>({});
  const [touched, setTouched] = useState(false);
  const draft: Settings = { ...saved, ...edits };
  const set = (change: Partial<Settings>) => setEdits((before) => ({ ...before, ...change }));
  const changes = changesOf(saved, draft);
  const dirty = Object.keys(changes).length > 0;

  const save = useMutation({
    mutationFn: () => api.patch('/api/settings', changes, Settings),
    onSuccess: (stored) => {
      client.setQueryData(keys.settings(), stored);
      setEdits({});
      setTouched(false);
      void client.invalidateQueries();
      notify.success('Settings are saved.', 'The change stands in the audit.');
    },
    onError: goToProblems,
  });
  const issues = touched ? (Settings.safeParse(draft).error?.issues ?? []) : [];
  const problems = [
    ...issues.map((issue) => ({ code: 'invalid', path: issue.path.join('.'), message: sentenceOf(issue) })),
    ...problemsOf(save.error),
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
        if (Settings.safeParse(draft).success) save.mutate();
        else goToProblems();
      }}
    >
      <UnsavedGuard dirty={dirty && !disabled} />
      <ProblemList title="The settings could not be saved." problems={problemsOf(save.error)} />
      <ReadableForm readOnly={disabled}>
        <div style={{ display: 'flex', flexDirection: 'column', gap: 16 }}>
          <FormSection
            title="Asking for consent"
            description="How often one customer may be asked, for each purpose. Only requests that WhatsApp accepted are counted. The agent sees why a request is refused and when the next may go."
          >
            {numbers(askLimits)}
            <CountriesField
              label="Countries where asking after a refusal is forbidden"
              hint="Customers with a number of these countries are not asked again once they refused, unless they write."
              value={draft.countriesNoAskAfterRefusal}
              disabled={disabled}
              onChange={(countriesNoAskAfterRefusal) => set({ countriesNoAskAfterRefusal })}
            />
          </FormSection>

          <FormSection title="Answers">
            {numbers(answerLimits)}
            <Field hint="A person who records a grant gives evidence. With this on, the grant counts only after a second person has approved it.">
              <Switch
                checked={draft.grantNeedsSecondPerson}
                disabled={disabled}
                label="A recorded grant needs a second person"
                onChange={(_, { checked }) => set({ grantNeedsSecondPerson: checked })}
              />
            </Field>
            <Field hint="Strict reading of United States rules: a message from a +1 number that merely contains STOP is held until somebody decides.">
              <Switch
                checked={draft.holdContainsStopForUs}
                disabled={disabled}
                label="Hold messages from +1 numbers that contain STOP"
                onChange={(_, { checked }) => set({ holdContainsStopForUs: checked })}
              />
            </Field>
          </FormSection>

          <FormSection
            title="Numbers that are in no record"
            description="People who write, or are written to, without being in the CRM."
          >
            <Field hint="Off: what they write is shown, and no agent can answer until the number is on a record.">
              <Switch
                checked={draft.chatWithUnknown}
                disabled={disabled}
                label="Agents may answer numbers without a record"
                onChange={(_, { checked }) => set({ chatWithUnknown: checked })}
              />
            </Field>
            <Field label="While they have not been asked">
              <RadioGroup
                value={draft.unknownUnset}
                disabled={disabled}
                onChange={(_, { value }) => set({ unknownUnset: value === 'allow' ? 'allow' : 'ask-first' })}
              >
                <Radio
                  value="ask-first"
                  label="Ask first: only a Consent Template may be sent, or a reply to one who wrote"
                />
                <Radio value="allow" label="Allow: everything may be sent as if they had agreed" />
              </RadioGroup>
            </Field>
            {draft.unknownUnset === 'allow' && (
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>
                  Strangers who were never asked will get messages. WhatsApp requires an opt-in before a
                  business writes first.
                </MessageBarBody>
              </MessageBar>
            )}
            <AskingBasisField
              value={draft.unknownAskingBasis}
              disabled={disabled}
              onChange={(unknownAskingBasis) => set({ unknownAskingBasis })}
            />
          </FormSection>

          <FormSection title="Your organisation">
            <Field
              label="Business name"
              hint="A consent request must name the business. Publishing warns about a template whose text lacks this name."
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
              label="Default language"
              hint={`Used when neither the customer nor the record nor the number’s country says another. A code as Meta writes it: en, es, pt_BR. Now: ${languageName(draft.defaultLanguage)}.`}
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

          <FormSection title="What is kept">{numbers(storageLimits)}</FormSection>
        </div>
      </ReadableForm>
      {!disabled && (
        <SaveBar
          dirty={dirty}
          busy={save.isPending}
          onDiscard={() => {
            save.reset();
            setTouched(false);
            setEdits({});
          }}
        />
      )}
    </form>
  );
}

/** What is wrong with a value, for the person who typed it. */
function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small' && issue.origin === 'number') return `At least ${issue.minimum}.`;
  if (issue.code === 'too_big' && issue.origin === 'number') return `At most ${issue.maximum}.`;
  if (issue.code === 'invalid_type') return 'Enter a whole number.';
  return issue.message;
}

function validation(message: string | undefined) {
  return message === undefined ? {} : { validationMessage: message };
}
