import { Field, Input, makeStyles, Select, tokens } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bindingValues, parseTemplate, renderTemplate } from '../../src/core/template.ts';
import type { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { waitText } from '../i18n/server-text.ts';
import { answerOf, api } from '../ui/api.ts';
import { useMessageTemplates, useRecordTypes, useWhatsAppTemplates } from '../ui/configured.ts';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { newIntentKey } from '../ui/intent.ts';
import { keys } from '../ui/queries.ts';
import { ErrorState } from '../ui/states.tsx';
import { TemplatePreview } from '../ui/template-preview.tsx';
import { type Campaign, campaignPath, useSample, useStateCounts } from './queries.ts';
import { StateCounts } from './state-counts.tsx';

const useStyles = makeStyles({
  form: { display: 'flex', flexDirection: 'column', gap: '12px' },
  // As wide as the dialog, however long the names of templates are.
  choice: { minWidth: 0, '& select': { minWidth: 0, width: '100%', textOverflow: 'ellipsis' } },
  field: { minWidth: 0, gridTemplateColumns: 'minmax(0, 1fr)' },
  audience: { color: tokens.colorNeutralForeground2 },
});

/** Opt-In and Opt-Out Templates recognise answers; what is sent is published. */
const canGo = ({ type, status }: MessageTemplateOut): boolean =>
  status === 'published' && type !== 'opt-in' && type !== 'opt-out';

/** Starts one: a name, a template, and with it the record type whose records it goes to. */
export function NewCampaignDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('campaigns');
  const styles = useStyles();
  const client = useQueryClient();
  const router = useRouter();
  const templates = useMessageTemplates();
  const types = useRecordTypes();
  const [name, setName] = useState('');
  const [templateId, setTemplateId] = useState('');
  // One dialog is one campaign, however often its button is pressed.
  const [intentKey] = useState(newIntentKey);
  const sendable = (templates.data ?? []).filter(canGo);
  const template = sendable.find(({ id }) => id === templateId);
  const start = useMutation({
    mutationFn: ({ id, recordType }: MessageTemplateOut) =>
      api.post(
        '/api/campaigns',
        { name: name.trim(), messageTemplateId: id, audience: { recordType } },
        answerOf<Campaign>(),
        { headers: { 'idempotency-key': intentKey } },
      ),
    onSuccess: (campaign) => {
      void client.invalidateQueries({ queryKey: keys.campaigns() });
      router.history.push(campaignPath(campaign.id).replace('/api', ''));
    },
  });
  const nameOf = (table: string) => types.data?.find((type) => type.table === table)?.displayName ?? table;
  const tables = [...new Set(sendable.map(({ recordType }) => recordType))];
  return (
    <ConfirmDialog
      open
      title={t('new')}
      confirmLabel={t('start')}
      busy={start.isPending}
      disabled={name.trim() === '' || template === undefined}
      onConfirm={() => template !== undefined && start.mutate(template)}
      onCancel={onClose}
    >
      <div className={styles.form}>
        <Field label={t('name')} hint={t('nameHint')} required>
          <Input value={name} maxLength={200} onChange={(_, { value }) => setName(value)} />
        </Field>
        <Field
          className={styles.field}
          label={t('template')}
          hint={templates.data !== undefined && sendable.length === 0 ? t('noTemplate') : t('templateHint')}
          required
        >
          <Select
            className={styles.choice}
            value={templateId}
            onChange={(_, { value }) => setTemplateId(value)}
          >
            <option value="">{t('choose')}</option>
            {tables.map((table) => (
              <optgroup key={table} label={nameOf(table)}>
                {sendable
                  .filter(({ recordType }) => recordType === table)
                  .map((one) => (
                    <option key={one.id} value={one.id}>
                      {t('templateOfType', { name: one.name, type: t(`types.${typeOf(one)}`) })}
                    </option>
                  ))}
              </optgroup>
            ))}
          </Select>
        </Field>
        {templates.isError && <ErrorState error={templates.error} onRetry={() => void templates.refetch()} />}
        {template !== undefined && <Chosen template={template} recordType={nameOf(template.recordType)} />}
        {start.isError && <ErrorState error={start.error} title={t('notStarted')} />}
      </div>
    </ConfirmDialog>
  );
}

/** What goes to whom. */
function Chosen({ template, recordType }: { template: MessageTemplateOut; recordType: string }) {
  const { t } = useTranslation('campaigns');
  const styles = useStyles();
  const whatsapp = useWhatsAppTemplates();
  const counts = useStateCounts(template.recordType).data;
  const all = counts?.reduce((sum, { count }) => sum + count, 0);
  const samples = useSample(template.recordType);
  const sample = samples.data?.[0] ?? null;
  const { name, language } = template.whatsappTemplate ?? {};
  const built = whatsapp.data?.find((one) => one.name === name && one.language === language);
  const { values } = bindingValues(template.bindings ?? {}, sample?.values ?? null, {});
  return (
    <>
      {built !== undefined && (
        <TemplatePreview
          {...renderTemplate(parseTemplate(built.components, built.parameterFormat), values)}
        />
      )}
      {all !== undefined && <p>{t('audience', { count: all, recordType })}</p>}
      {/* What is known of marketing is another question's answers. */}
      {counts !== undefined && template.type !== 'marketing' && (
        <StateCounts counts={counts.filter(({ count }) => count > 0)} label={t('states')} />
      )}
      <p className={styles.audience}>{t(`rule.${typeOf(template)}`)}</p>
      {template.waitingFor.map((one) => (
        <p key={one.code}>{t('waitsFor', { what: waitText(one) })}</p>
      ))}
    </>
  );
}

type Sent = 'consent' | 'utility' | 'marketing';
const typeOf = ({ type }: MessageTemplateOut): Sent =>
  type === 'consent' || type === 'marketing' ? type : 'utility';
