import { makeStyles } from '@fluentui/react-components';
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecordTypeOut } from '../../src/http/schemas/records.ts';
import type { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { useWhatsAppTemplates } from '../ui/configured.ts';
import { FormSection } from '../ui/form-section.tsx';
import { useMay } from '../ui/me.tsx';
import { ProblemList, type ShownProblem } from '../ui/problem-list.tsx';
import { UnsavedGuard } from '../ui/unsaved-guard.tsx';
import { AnswerFields } from './answer-fields.tsx';
import { ChangedMeanwhile } from './changed-meanwhile.tsx';
import { isChangedMeanwhile, type Saved, useEditing } from './editing.ts';
import { problemsOf } from './problems.ts';
import { withAddress } from './publish-fix.ts';
import { PROBLEMS, PublishProblems } from './publish-problems.tsx';
import { ReadableForm } from './readable-form.tsx';
import { SentTemplateFields } from './sent-template-fields.tsx';
import { useTemplateActions } from './template-actions.ts';
import { TemplateCommands } from './template-commands.tsx';
import { draftOf, readsAnswers, sameDraft, type TemplateDraft } from './template-draft.ts';
import { TemplateIdentity } from './template-identity.tsx';

const useStyles = makeStyles({ form: { display: 'flex', flexDirection: 'column', gap: '16px' } });

type Props = {
  /** Null for a new one. */
  template: MessageTemplateOut | null;
  stored: Saved<TemplateDraft>;
  recordTypes: RecordTypeOut[];
  /** Shown, not edited: the live version beside a draft, or a retired one. */
  frozen?: boolean;
};

/** The form of a message template, new or saved, with Save and Publish. */
export function TemplateEditor({ template, stored, recordTypes, frozen = false }: Props) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const router = useRouter();
  const disabled = !useMay('manage-templates') || frozen;
  const whatsappTemplates = useWhatsAppTemplates();
  const editing = useEditing(stored, { same: sameDraft });
  const { draft, set, dirty, theirs } = editing;
  const actions = useTemplateActions(template, draft, {
    dirty,
    etag: editing.base.etag,
    // What was typed stays as it was typed: a line that is still empty is not saved, and stands there.
    onStored: (now) => editing.saved({ etag: now.etag, values: draftOf(now.draft ?? now) }, draft),
  });
  const refusal = (error: unknown) => (theirs !== null && isChangedMeanwhile(error) ? null : error);
  const chosen = (choose: () => void) => () => {
    actions.save.reset();
    actions.publish.reset();
    choose();
  };

  const recordType = recordTypes.find(({ table }) => table === draft.recordType);
  const fieldMissing =
    draft.type === 'consent' && recordType !== undefined && recordType.complianceField === null;
  const incomplete =
    draft.recordType === ''
      ? t('template.first.recordType')
      : fieldMissing
        ? t('template.first.complianceField', { type: recordType.displayName })
        : draft.name.trim() === ''
          ? t('template.first.name')
          : null;

  const addressed = (problem: ShownProblem) => withAddress(problem, draft.recordType);

  // A template that was just created has an address of its own.
  const { created } = actions;
  useEffect(() => {
    if (created === null) return;
    const path = `/configuration/message-templates/${encodeURIComponent(created.id)}`;
    router.history.replace(created.refused ? `${path}#${PROBLEMS}` : path);
  }, [created, router]);

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (incomplete === null) actions.save.mutate();
      }}
    >
      {/* What was only chosen so far is chosen again in a moment; what the form itself links to is not asked about. */}
      <UnsavedGuard
        dirty={!disabled && created === null && (template === null ? draft.name !== '' : dirty)}
      />
      <ChangedMeanwhile
        changed={theirs !== null && !frozen}
        onLoad={chosen(editing.discard)}
        onKeep={chosen(editing.keepMine)}
      />
      <ProblemList
        title={t('template.notSaved')}
        problems={problemsOf(refusal(actions.save.error)).map(addressed)}
      />
      <ProblemList
        title={t('template.notPublished')}
        problems={problemsOf(refusal(actions.publish.error)).map(addressed)}
      />
      {template !== null && !frozen && <PublishProblems template={template} dirty={dirty} />}
      <ReadableForm readOnly={disabled}>
        <div className={styles.form}>
          <TemplateIdentity
            draft={draft}
            recordTypes={recordTypes}
            isNew={template === null}
            neverPublished={template === null || template.status === 'draft'}
            fieldMissing={fieldMissing}
            disabled={disabled}
            onChange={set}
          />
          {readsAnswers(draft.type) ? (
            <AnswerFields
              draft={draft}
              whatsappTemplates={whatsappTemplates.data ?? []}
              disabled={disabled}
              onChange={set}
            />
          ) : (
            <FormSection id="whatsapp-template" title={t('sent.title')} description={t('sent.text')}>
              <SentTemplateFields
                draft={draft}
                whatsappTemplates={whatsappTemplates}
                disabled={disabled}
                onChange={set}
              />
            </FormSection>
          )}
        </div>
      </ReadableForm>
      {!disabled && (
        <TemplateCommands
          template={template}
          actions={actions}
          dirty={dirty}
          incomplete={incomplete}
          onDiscard={editing.discard}
        />
      )}
    </form>
  );
}
