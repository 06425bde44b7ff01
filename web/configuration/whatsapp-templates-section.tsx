import { Badge, Button, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowSync20Regular } from '@fluentui/react-icons/svg/arrow-sync';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import { parseTemplate, renderTemplate } from '../../src/core/template.ts';
import type { WhatsAppTemplateOut } from '../../src/http/schemas/templates.ts';
import { translate } from '../i18n/i18n.ts';
import { languageName } from '../i18n/locale.ts';
import { answerOf, api } from '../ui/api.ts';
import { useWhatsAppTemplates, type WhatsAppTemplates } from '../ui/configured.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { FormSection } from '../ui/form-section.tsx';
import { MayButton } from '../ui/may.tsx';
import { useNotify } from '../ui/notify.ts';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { TemplatePreview } from '../ui/template-preview.tsx';
import { Time } from '../ui/time.tsx';
import { categoryWord, isApproved, qualityWord, statusWord } from './meta-words.ts';

const useStyles = makeStyles({
  top: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px 16px' },
  dim: { color: tokens.colorNeutralForeground2 },
  two: { display: 'flex', flexDirection: 'column', gap: '4px', alignItems: 'flex-start' },
});

/** The WhatsApp templates of the business account as last synced from Meta, each with its preview. */
export function WhatsAppTemplatesSection({ syncedAt }: { syncedAt: string | null }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const templates = useWhatsAppTemplates();
  const client = useQueryClient();
  const notify = useNotify();
  const sync = useMutation({
    mutationFn: () => api.post('/api/whatsapp-templates/sync', undefined, answerOf<WhatsAppTemplates>()),
    onSuccess: async ({ items }) => {
      await client.invalidateQueries();
      notify.success(t('whatsappTemplates.synced', { count: items.length }));
    },
    onError: (error) => notify.problem(error, t('whatsappTemplates.notSynced')),
  });
  return (
    <FormSection
      id="templates"
      title={t('whatsappTemplates.title')}
      description={t('whatsappTemplates.text')}
    >
      <div className={styles.top}>
        <MayButton
          right="manage-templates"
          icon={<ArrowSync20Regular />}
          disabledFocusable={sync.isPending}
          onClick={() => sync.mutate()}
        >
          {sync.isPending ? t('whatsappTemplates.syncing') : t('whatsappTemplates.sync')}
        </MayButton>
        <span className={styles.dim}>
          {syncedAt === null ? (
            t('whatsappTemplates.never')
          ) : (
            <Trans
              t={t}
              i18nKey="whatsappTemplates.lastSynced"
              components={{ when: <Time at={syncedAt} form="long" /> }}
            />
          )}
        </span>
      </div>
      <Loaded query={templates}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title={t('whatsappTemplates.none')}>{t('whatsappTemplates.noneText')}</EmptyState>
          ) : (
            <DataTable
              label={t('whatsappTemplates.title')}
              columns={columns()}
              rows={list.toSorted(
                (a, b) => a.name.localeCompare(b.name) || a.language.localeCompare(b.language),
              )}
              rowKey={({ id }) => id}
            />
          )
        }
      </Loaded>
    </FormSection>
  );
}

const columns = (): Column<WhatsAppTemplateOut>[] => [
  {
    header: translate('configuration:whatsappTemplates.columns.name'),
    cell: (template) => <NameAndPreview template={template} />,
  },
  {
    header: translate('configuration:whatsappTemplates.columns.language'),
    cell: ({ language }) => <span title={language}>{languageName(language)}</span>,
  },
  {
    header: translate('configuration:whatsappTemplates.columns.category'),
    cell: (template) => <Category template={template} />,
  },
  {
    header: translate('configuration:whatsappTemplates.columns.status'),
    cell: (template) => (
      <Badge appearance="tint" color={isApproved(template) ? 'success' : 'warning'}>
        {statusWord(template.status)}
      </Badge>
    ),
  },
  {
    header: translate('configuration:whatsappTemplates.columns.quality'),
    cell: ({ quality }) => qualityWord(quality ?? 'UNKNOWN'),
  },
];

function NameAndPreview({ template }: { template: WhatsAppTemplateOut }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const [open, setOpen] = useState(false);
  const rendered = renderTemplate(parseTemplate(template.components, template.parameterFormat), {});
  return (
    <div className={styles.two}>
      <bdi dir="ltr">{template.name}</bdi>
      <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? t('whatsappTemplates.hide') : t('whatsappTemplates.preview')}
      </Button>
      {open && <TemplatePreview {...rendered} />}
    </div>
  );
}

/** Meta announces a new category ahead; the present one stands until then. */
function Category({ template: { category, impendingCategory } }: { template: WhatsAppTemplateOut }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  return (
    <span className={styles.two}>
      <span>{categoryWord(category)}</span>
      {impendingCategory !== null && (
        <Badge appearance="tint" color="warning">
          {t('whatsappTemplates.willBecome', { category: categoryWord(impendingCategory) })}
        </Badge>
      )}
    </span>
  );
}
