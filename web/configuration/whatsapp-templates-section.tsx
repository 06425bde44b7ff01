import { Badge, Button, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowSync20Regular } from '@fluentui/react-icons/svg/arrow-sync';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { parseTemplate, renderTemplate } from '../../src/core/template.ts';
import type { WhatsAppTemplateOut } from '../../src/http/schemas/templates.ts';
import { api } from '../ui/api.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { useMayConfigure } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.tsx';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { TemplatePreview } from '../ui/template-preview.tsx';
import { Time } from '../ui/time.tsx';
import { languageName } from './countries.ts';
import { FormSection } from './form-section.tsx';
import { categoryWord, isApproved, statusWord } from './meta-words.ts';
import { useWhatsAppTemplates, WhatsAppTemplates } from './queries.ts';

const useStyles = makeStyles({
  top: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px 16px' },
  dim: { color: tokens.colorNeutralForeground2 },
  two: { display: 'flex', flexDirection: 'column', gap: '4px', alignItems: 'flex-start' },
});

/** The WhatsApp templates of the business account as last synced from Meta, each with its preview. */
export function WhatsAppTemplatesSection({ syncedAt }: { syncedAt: string | null }) {
  const styles = useStyles();
  const mayConfigure = useMayConfigure();
  const templates = useWhatsAppTemplates();
  const client = useQueryClient();
  const notify = useNotify();
  const sync = useMutation({
    mutationFn: () => api.post('/api/whatsapp-templates/sync', undefined, WhatsAppTemplates),
    onSuccess: async ({ items }) => {
      await client.invalidateQueries();
      notify.success(`${items.length} templates are synced from Meta.`);
    },
    onError: (error) => notify.problem(error, 'The templates could not be synced.'),
  });
  return (
    <FormSection
      id="templates"
      title="WhatsApp templates"
      description="What Meta approved for this business account. Create and change them with Meta; changes arrive by webhook, and with a sync."
    >
      <div className={styles.top}>
        {mayConfigure && (
          <Button icon={<ArrowSync20Regular />} disabled={sync.isPending} onClick={() => sync.mutate()}>
            {sync.isPending ? 'Syncing…' : 'Sync now'}
          </Button>
        )}
        <span className={styles.dim}>
          {syncedAt === null ? (
            'Never synced'
          ) : (
            <>
              Last synced: <Time at={syncedAt} form="long" />
            </>
          )}
        </span>
      </div>
      <Loaded query={templates}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState title="No WhatsApp templates">Create templates with Meta, then sync.</EmptyState>
          ) : (
            <DataTable
              label="WhatsApp templates"
              columns={columns}
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

const columns: Column<WhatsAppTemplateOut>[] = [
  { header: 'Name', cell: (template) => <NameAndPreview template={template} /> },
  { header: 'Language', cell: ({ language }) => <span title={language}>{languageName(language)}</span> },
  { header: 'Category', cell: (template) => <Category template={template} /> },
  {
    header: 'Status',
    cell: (template) => (
      <Badge appearance="tint" color={isApproved(template) ? 'success' : 'warning'}>
        {statusWord(template.status)}
      </Badge>
    ),
  },
  {
    header: 'Quality',
    cell: ({ quality }) => (quality === null || quality === 'UNKNOWN' ? 'Not rated' : statusWord(quality)),
  },
];

function NameAndPreview({ template }: { template: WhatsAppTemplateOut }) {
  const styles = useStyles();
  const [open, setOpen] = useState(false);
  const rendered = renderTemplate(parseTemplate(template.components, template.parameterFormat), {});
  return (
    <div className={styles.two}>
      <span>{template.name}</span>
      <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Hide preview' : 'Preview'}
      </Button>
      {open && <TemplatePreview {...rendered} />}
    </div>
  );
}

/** Meta announces a new category ahead; the present one stands until then. */
function Category({ template: { category, impendingCategory } }: { template: WhatsAppTemplateOut }) {
  const styles = useStyles();
  return (
    <span className={styles.two}>
      <span>{categoryWord(category)}</span>
      {impendingCategory !== null && (
        <Badge appearance="tint" color="warning">
          Will become {categoryWord(impendingCategory)}
        </Badge>
      )}
    </span>
  );
}
