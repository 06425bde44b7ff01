import {
  Button,
  Field,
  Input,
  MessageBar,
  MessageBarBody,
  Radio,
  RadioGroup,
  SpinButton,
  Switch,
  useRestoreFocusTarget,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { RecordTypeOut, type RecordTypeValues } from '../../src/http/schemas/records.ts';
import { api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { useMayConfigure } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.tsx';
import { goToProblems, ProblemList, type ShownProblem } from '../ui/problem-list.tsx';
import { UnsavedGuard } from '../ui/unsaved-guard.tsx';
import { AskingBasisField } from './asking-basis-field.tsx';
import { ColumnField } from './column-field.tsx';
import { ComplianceFieldChoice } from './compliance-field.tsx';
import { CountryField } from './country-field.tsx';
import { FormSection } from './form-section.tsx';
import { PhoneColumnsField } from './phone-columns-field.tsx';
import { problemAt, problemsOf } from './problems.ts';
import { type Column, recordTypePath } from './queries.ts';
import { ReadableForm } from './readable-form.tsx';
import { SaveBar } from './save-bar.tsx';

type Props = { table: string; exists: boolean; saved: RecordTypeValues; columns: Column[] };

/** Every field of a record type. `saved` is what the server holds, or the suggestion for a new one. */
export function RecordTypeForm({ table, exists, saved, columns }: Props) {
  const client = useQueryClient();
  const notify = useNotify();
  const disabled = !useMayConfigure();
  const [draft, setDraft] = useState<RecordTypeValues>(saved);
  const [tried, setTried] = useState(false);
  const set = (change: Partial<RecordTypeValues>) => setDraft((before) => ({ ...before, ...change }));
  const dirty = !exists || JSON.stringify(draft) !== JSON.stringify(saved);

  const save = useMutation({
    mutationFn: () => api.put(recordTypePath(table), draft, RecordTypeOut),
    onSuccess: async ({ table: _, ...stored }) => {
      setDraft(stored);
      await client.invalidateQueries();
      notify.success(`${stored.displayName} is saved.`);
    },
    onError: goToProblems,
  });
  const problems = tried && missingIn(draft).length > 0 ? missingIn(draft) : problemsOf(save.error);
  const booleans = columns.filter(({ kind }) => kind === 'boolean');
  const texts = columns.filter(({ kind }) => kind === 'text');
  const languages = columns.filter(({ kind }) => kind === 'language' || kind === 'text');

  return (
    <form
      noValidate
      style={{ display: 'flex', flexDirection: 'column', gap: 16 }}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (missingIn(draft).length > 0) goToProblems();
        else save.mutate();
      }}
    >
      <UnsavedGuard dirty={exists && dirty && !disabled} />
      <ProblemList title={`${draft.displayName} could not be saved.`} problems={problems} />
      <ReadableForm readOnly={disabled}>
        <div style={{ display: 'flex', flexDirection: 'column', gap: 16 }}>
          <FormSection
            id="columns"
            title="Who and where"
            description="Which columns say who the customer is and how to reach them."
          >
            <Field label="Display name" required {...validation(problemAt(problems, 'displayName'))}>
              <Input
                value={draft.displayName}
                disabled={disabled}
                maxLength={100}
                onChange={(_, { value }) => set({ displayName: value })}
              />
            </Field>
            <PhoneColumnsField
              columns={columns}
              value={draft.phoneColumns}
              disabled={disabled}
              problem={problemAt(problems, 'phoneColumns')}
              onChange={(phoneColumns) => set({ phoneColumns })}
            />
            <ColumnField
              label="Name column"
              hint="How a customer is called in lists and chats."
              columns={texts}
              value={draft.nameColumn === '' ? null : draft.nameColumn}
              disabled={disabled}
              problem={problemAt(problems, 'nameColumn')}
              onChange={(nameColumn) => set({ nameColumn: nameColumn ?? '' })}
            />
            <CountryField
              label="Default country"
              hint="Numbers written without a country code are read as numbers of this country. Without one, they are not recognised."
              value={draft.defaultCountry}
              disabled={disabled}
              onChange={(defaultCountry) => set({ defaultCountry })}
            />
            <ColumnField
              label="Language column"
              hint="Where the customer’s language is kept, if anywhere. It is used until the customer answers in a language of their own."
              noneLabel="None"
              columns={languages}
              value={draft.languageColumn ?? null}
              disabled={disabled}
              problem={problemAt(problems, 'languageColumn')}
              onChange={(languageColumn) => set({ languageColumn })}
            />
          </FormSection>

          <FormSection
            id="compliance"
            title="Consent"
            description="The Compliance Field is read-only inside Assent: the customer’s answer sets it, and Record a refusal and Record a grant stand beside it on the record."
          >
            <ComplianceFieldChoice
              table={table}
              columns={columns}
              value={draft.complianceField}
              polarity={draft.polarity}
              disabled={disabled}
              problem={problemAt(problems, 'complianceField')}
              onChange={(complianceField) => set({ complianceField })}
            />
            <Field label="What Yes in this field means" {...validation(problemAt(problems, 'polarity'))}>
              <RadioGroup
                value={draft.polarity}
                disabled={disabled}
                onChange={(_, { value }) => set({ polarity: value === 'forbids' ? 'forbids' : 'allows' })}
              >
                <Radio value="allows" label="Yes allows: the customer may be messaged" />
                <Radio
                  value="forbids"
                  label="Yes forbids: the customer must not be messaged, as in a column “Do not contact”. A No that nobody confirmed then counts as never asked."
                />
              </RadioGroup>
            </Field>
            <Field label="While the field is empty" {...validation(problemAt(problems, 'unset'))}>
              <RadioGroup
                value={draft.unset}
                disabled={disabled}
                onChange={(_, { value }) => set({ unset: value === 'allow' ? 'allow' : 'ask-first' })}
              >
                <Radio
                  value="ask-first"
                  label="Ask first: only a Consent Template may be sent, or a reply to a customer who wrote"
                />
                <Radio value="allow" label="Allow: everything may be sent as if the customer had agreed" />
              </RadioGroup>
            </Field>
            {draft.unset === 'allow' && (
              <MessageBar intent="warning" layout="multiline">
                <MessageBarBody>
                  Customers who were never asked will get messages. WhatsApp requires an opt-in before a
                  business writes first, and in many countries the law does too. Choose this only if you hold
                  these permissions elsewhere.
                </MessageBarBody>
              </MessageBar>
            )}
            <ColumnField
              label="Marketing field"
              hint="A second Boolean column for the answer to marketing. Without one, that answer is kept in the ledger alone."
              noneLabel="None"
              columns={booleans.filter(({ name }) => name !== draft.complianceField)}
              value={draft.marketingField ?? null}
              disabled={disabled}
              problem={problemAt(problems, 'marketingField')}
              onChange={(marketingField) => set({ marketingField })}
            />
            <Field hint="Off: after a refusal nothing but a Consent Template may be sent, even if the customer writes. On: an agent may reply inside the 24 hours after the customer wrote.">
              <Switch
                checked={draft.allowReplyAfterRefusal}
                disabled={disabled}
                label="Allow replies to a customer who refused and then writes"
                onChange={(_, { checked }) => set({ allowReplyAfterRefusal: checked })}
              />
            </Field>
          </FormSection>

          <FormSection id="asking" title="Asking">
            <AskingBasisField
              value={draft.askingBasis}
              disabled={disabled}
              onChange={(askingBasis) => set({ askingBasis })}
            />
            <Field
              label="Priority"
              hint="Where one number stands on records of several types, the type with the smallest number names the customer. Equal ones are allowed."
              {...validation(problemAt(problems, 'priority'))}
            >
              <SpinButton
                value={draft.priority}
                min={0}
                max={1000}
                disabled={disabled}
                style={{ maxWidth: 140 }}
                onChange={(_, { value, displayValue }) => {
                  const next = value ?? Number.parseInt(displayValue ?? '', 10);
                  if (Number.isInteger(next)) set({ priority: Math.min(1000, Math.max(0, next)) });
                }}
              />
            </Field>
          </FormSection>
        </div>
      </ReadableForm>
      {!disabled && (
        <SaveBar
          dirty={dirty}
          busy={save.isPending}
          saveLabel={exists ? 'Save' : 'Add record type'}
          onDiscard={() => {
            save.reset();
            setTried(false);
            setDraft(saved);
          }}
        >
          {exists && <RemoveRecordType table={table} name={saved.displayName} />}
        </SaveBar>
      )}
    </form>
  );
}

/** What every record type needs, told before the server is asked. */
function missingIn({ displayName, phoneColumns, nameColumn }: RecordTypeValues): ShownProblem[] {
  const problems = [
    { path: 'displayName', missing: displayName.trim() === '', message: 'Give it a display name.' },
    {
      path: 'phoneColumns',
      missing: phoneColumns.length === 0,
      message: 'Choose at least one phone column.',
    },
    { path: 'nameColumn', missing: nameColumn === '', message: 'Choose the name column.' },
  ];
  return problems
    .filter(({ missing }) => missing)
    .map(({ path, message }) => ({ code: 'missing', path, message }));
}

function validation(message: string | undefined) {
  return message === undefined ? {} : { validationMessage: message };
}

function RemoveRecordType({ table, name }: { table: string; name: string }) {
  const returnFocus = useRestoreFocusTarget();
  const [asking, setAsking] = useState(false);
  const client = useQueryClient();
  const notify = useNotify();
  const router = useRouter();
  const remove = useMutation({
    mutationFn: () => api.delete(recordTypePath(table)),
    onSuccess: async () => {
      setAsking(false);
      router.history.push('/configuration/record-types');
      await client.invalidateQueries();
      notify.success(`${name} is removed from Assent.`);
    },
    onError: (error) => {
      setAsking(false);
      notify.problem(error);
    },
  });
  return (
    <>
      <Button {...returnFocus} onClick={() => setAsking(true)}>
        Remove
      </Button>
      <ConfirmDialog
        open={asking}
        title={`Remove ${name} from Assent?`}
        confirmLabel="Remove"
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
        onCancel={() => setAsking(false)}
      >
        The CRM’s records stay as they are, and so does every consent decision with its evidence. Assent no
        longer shows these records or writes their Compliance Field.
      </ConfirmDialog>
    </>
  );
}
