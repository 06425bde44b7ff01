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
import { useTranslation } from 'react-i18next';
import type { RecordTypeOut, RecordTypeValues } from '../../src/http/schemas/records.ts';
import { translate } from '../i18n/i18n.ts';
import { answerOf, api } from '../ui/api.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { FormSection } from '../ui/form-section.tsx';
import { useMay } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.ts';
import { goToProblems, ProblemList, type ShownProblem } from '../ui/problem-list.tsx';
import { keys } from '../ui/queries.ts';
import { SaveBar } from '../ui/save-bar.tsx';
import { UnsavedGuard } from '../ui/unsaved-guard.tsx';
import { AskingBasisField } from './asking-basis-field.tsx';
import { ChangedMeanwhile } from './changed-meanwhile.tsx';
import { ColumnCheck } from './column-check.tsx';
import { ColumnField } from './column-field.tsx';
import { ComplianceFieldChoice } from './compliance-field.tsx';
import { CountryField } from './country-field.tsx';
import { isChangedMeanwhile, madeOn, orReadAgain, type Saved, useEditing } from './editing.ts';
import { changesWhatDecides, FieldChangeDialog } from './field-change-dialog.tsx';
import { PhoneColumnsField } from './phone-columns-field.tsx';
import { PolarityField } from './polarity-field.tsx';
import { problemAt, problemsOf } from './problems.ts';
import { type Column, recordTypePath } from './queries.ts';
import { ReadableForm } from './readable-form.tsx';
import type { RelatedChoice } from './related-choices.ts';
import { RelatedField } from './related-field.tsx';
import { TableRights } from './table-rights.tsx';

type Props = {
  table: string;
  exists: boolean;
  /** What the server holds, or the suggestion for a new one. */
  stored: Saved<RecordTypeValues>;
  columns: Column[];
  /** Records that the number may be taken from. */
  choices: RelatedChoice[];
  /** The table is in an organisation, where Assent needs rights. */
  elsewhere: boolean;
};

/** What the form holds of a record type. */
export function valuesOf({
  table: _,
  takingIn: __,
  etag,
  ...values
}: RecordTypeOut): Saved<RecordTypeValues> {
  return { etag, values };
}

const sameValues = (a: RecordTypeValues, b: RecordTypeValues): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Every field of a record type. */
export function RecordTypeForm({ table, exists, stored, columns, choices, elsewhere }: Props) {
  const { t } = useTranslation('configuration');
  const client = useQueryClient();
  const notify = useNotify();
  const disabled = !useMay('manage-record-types');
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState(false);
  const editing = useEditing(stored, { same: sameValues });
  const { draft, set, theirs } = editing;
  const saved = editing.base.values;
  const dirty = !exists || editing.dirty;

  const save = useMutation({
    mutationFn: () =>
      orReadAgain(
        api.put(recordTypePath(table), draft, answerOf<RecordTypeOut>(), madeOn(editing.base.etag)),
        () => client.invalidateQueries({ queryKey: keys.recordTypes() }),
      ),
    onSuccess: async (answer) => {
      const now = valuesOf(answer);
      editing.saved(now);
      await client.invalidateQueries();
      notify.success(t('recordType.saved', { name: now.values.displayName }));
    },
    onError: goToProblems,
    onSettled: () => setAsking(false),
  });
  const refused = theirs !== null && isChangedMeanwhile(save.error) ? null : save.error;
  const problems = tried && missingIn(draft).length > 0 ? missingIn(draft) : problemsOf(refused);
  const booleans = columns.filter(({ kind }) => kind === 'boolean');
  const texts = columns.filter(({ kind }) => kind === 'text');
  const languages = columns.filter(({ kind }) => kind === 'language' || kind === 'text');
  const related = draft.relatedTable != null;
  const field = booleans.find(({ name }) => name === draft.complianceField);

  return (
    <form
      noValidate
      style={{ display: 'flex', flexDirection: 'column', gap: 16 }}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (missingIn(draft).length > 0) goToProblems();
        else if (exists && changesWhatDecides(saved, draft)) setAsking(true);
        else save.mutate();
      }}
    >
      <UnsavedGuard dirty={exists && dirty && !disabled} />
      <FieldChangeDialog
        open={asking}
        table={table}
        saved={saved}
        draft={draft}
        columns={booleans}
        busy={save.isPending}
        onConfirm={() => save.mutate()}
        onCancel={() => setAsking(false)}
      />
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
      {/* Its name may be what is missing. */}
      <ProblemList
        title={t('recordType.notSaved', { name: draft.displayName.trim() || saved.displayName })}
        problems={problems}
      />
      <ReadableForm readOnly={disabled}>
        <div style={{ display: 'flex', flexDirection: 'column', gap: 16 }}>
          <FormSection id="columns" title={t('recordType.who.title')} description={t('recordType.who.text')}>
            <Field
              label={t('recordType.displayName')}
              required
              {...validation(problemAt(problems, 'displayName'))}
            >
              <Input
                dir="auto"
                value={draft.displayName}
                disabled={disabled}
                maxLength={100}
                onChange={(_, { value }) => set({ displayName: value })}
              />
            </Field>
            {(choices.length > 0 || related) && (
              <RelatedField
                choices={choices}
                relatedTable={draft.relatedTable ?? null}
                relatedColumn={draft.relatedColumn ?? null}
                phoneColumns={
                  saved.phoneColumns.length > 0
                    ? saved.phoneColumns
                    : columns.filter(({ kind }) => kind === 'phone').map(({ name }) => name)
                }
                disabled={disabled}
                problem={problemAt(problems, 'relatedTable') ?? problemAt(problems, 'relatedColumn')}
                onChange={set}
              />
            )}
            {!related && (
              <PhoneColumnsField
                columns={columns}
                value={draft.phoneColumns}
                disabled={disabled}
                problem={problemAt(problems, 'phoneColumns')}
                onChange={(phoneColumns) => set({ phoneColumns })}
              />
            )}
            <ColumnField
              label={t('recordType.nameColumn')}
              hint={t('recordType.nameColumnHint')}
              columns={texts}
              value={draft.nameColumn === '' ? null : draft.nameColumn}
              disabled={disabled}
              problem={problemAt(problems, 'nameColumn')}
              onChange={(nameColumn) => set({ nameColumn: nameColumn ?? '' })}
            />
            {!related && (
              <CountryField
                label={t('recordType.country')}
                hint={t('recordType.countryHint')}
                value={draft.defaultCountry}
                disabled={disabled}
                onChange={(defaultCountry) => set({ defaultCountry })}
              />
            )}
            <ColumnField
              label={t('recordType.languageColumn')}
              hint={t('recordType.languageColumnHint')}
              noneLabel={t('column.none')}
              columns={languages}
              value={draft.languageColumn ?? null}
              disabled={disabled}
              problem={problemAt(problems, 'languageColumn')}
              onChange={(languageColumn) => set({ languageColumn })}
            />
          </FormSection>

          {!related && (
            <FormSection
              id="compliance"
              title={t('recordType.consent.title')}
              description={t('recordType.consent.text')}
            >
              <ComplianceFieldChoice
                table={table}
                columns={columns}
                value={draft.complianceField}
                polarity={draft.polarity}
                made={elsewhere ? 'elsewhere' : 'here'}
                disabled={disabled}
                problem={problemAt(problems, 'complianceField')}
                onChange={(complianceField) =>
                  set({
                    complianceField,
                    polarity:
                      booleans.find(({ name }) => name === complianceField)?.polarity ?? draft.polarity,
                  })
                }
              />
              {field !== undefined && <ColumnCheck table={table} column={field} disabled={disabled} />}
              <PolarityField
                column={field}
                value={draft.polarity}
                disabled={disabled}
                problem={problemAt(problems, 'polarity')}
                onChange={(polarity) => set({ polarity })}
              />
              <Field label={t('recordType.unset.label')} {...validation(problemAt(problems, 'unset'))}>
                <RadioGroup
                  value={draft.unset}
                  disabled={disabled}
                  onChange={(_, { value }) => set({ unset: value === 'allow' ? 'allow' : 'ask-first' })}
                >
                  <Radio value="ask-first" label={t('recordType.unset.ask-first')} />
                  <Radio value="allow" label={t('recordType.unset.allow')} />
                </RadioGroup>
              </Field>
              {draft.unset === 'allow' && (
                <MessageBar intent="warning" layout="multiline">
                  <MessageBarBody>{t('recordType.unset.warning')}</MessageBarBody>
                </MessageBar>
              )}
              <ColumnField
                label={t('recordType.marketingField')}
                hint={t('recordType.marketingFieldHint')}
                noneLabel={t('column.none')}
                columns={booleans.filter(({ name }) => name !== draft.complianceField)}
                value={draft.marketingField ?? null}
                disabled={disabled}
                problem={problemAt(problems, 'marketingField')}
                onChange={(marketingField) => set({ marketingField })}
              />
              <Field hint={t('recordType.replyAfterRefusalHint')}>
                <Switch
                  checked={draft.allowReplyAfterRefusal}
                  disabled={disabled}
                  label={t('recordType.replyAfterRefusal')}
                  onChange={(_, { checked }) => set({ allowReplyAfterRefusal: checked })}
                />
              </Field>
            </FormSection>
          )}

          {!related && (
            <FormSection id="asking" title={t('recordType.asking')}>
              <AskingBasisField
                value={draft.askingBasis}
                disabled={disabled}
                onChange={(askingBasis) => set({ askingBasis })}
              />
              <Field
                label={t('recordType.priority')}
                hint={t('recordType.priorityHint')}
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
          )}
          {elsewhere && !disabled && (
            <FormSection id="rights" title={t('rights.title')} description={t('rights.text')}>
              <TableRights table={table} field={draft.complianceField} writes={!related} />
            </FormSection>
          )}
        </div>
      </ReadableForm>
      {!disabled && (
        <SaveBar
          dirty={dirty}
          busy={save.isPending}
          {...(exists ? {} : { saveLabel: t('recordTypes.add') })}
          onDiscard={() => {
            save.reset();
            setTried(false);
            editing.discard();
          }}
        >
          {exists && <RemoveRecordType table={table} name={saved.displayName} />}
        </SaveBar>
      )}
    </form>
  );
}

/** What every record type needs, told before the server is asked. */
function missingIn({
  displayName,
  phoneColumns,
  nameColumn,
  relatedTable,
}: RecordTypeValues): ShownProblem[] {
  const problems = [
    {
      path: 'displayName',
      missing: displayName.trim() === '',
      message: translate('configuration:recordType.missing.displayName'),
    },
    {
      path: 'phoneColumns',
      missing: phoneColumns.length === 0 && relatedTable == null,
      message: translate('configuration:recordType.missing.phoneColumns'),
    },
    {
      path: 'nameColumn',
      missing: nameColumn === '',
      message: translate('configuration:recordType.missing.nameColumn'),
    },
  ];
  return problems
    .filter(({ missing }) => missing)
    .map(({ path, message }) => ({ code: 'missing', path, message }));
}

function validation(message: string | undefined) {
  return message === undefined ? {} : { validationMessage: message };
}

function RemoveRecordType({ table, name }: { table: string; name: string }) {
  const { t } = useTranslation('configuration');
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
      notify.success(t('recordType.remove.done', { name }));
    },
    onError: (error) => {
      setAsking(false);
      notify.problem(error);
    },
  });
  return (
    <>
      <Button {...returnFocus} onClick={() => setAsking(true)}>
        {t('recordType.remove.button')}
      </Button>
      <ConfirmDialog
        open={asking}
        title={t('recordType.remove.title', { name })}
        confirmLabel={t('recordType.remove.button')}
        busy={remove.isPending}
        onConfirm={() => remove.mutate()}
        onCancel={() => setAsking(false)}
      >
        {t('recordType.remove.text')}
      </ConfirmDialog>
    </>
  );
}
