import { Button, Dropdown, Field, makeStyles, Option, tokens } from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { MailTemplate24Regular } from '@fluentui/react-icons/svg/mail-template';
import { useState } from 'react';
import type { RecordTypeOut } from '../../src/http/schemas/records.ts';
import type { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { AppLink, useFollow } from '../ui/link.tsx';
import { useMayConfigure } from '../ui/me.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { languageName } from './countries.ts';
import { useMessageTemplates, useRecordTypes } from './queries.ts';
import { ReadOnlyNote } from './read-only-note.tsx';
import { templateTypeName, templateTypes } from './template-draft.ts';
import { TemplateStatus, waitsFor } from './template-status.tsx';

const useStyles = makeStyles({
  filter: { maxWidth: '280px' },
  status: {
    display: 'flex',
    flexDirection: 'column',
    gap: '4px',
    '@media (max-width: 640px)': { alignItems: 'flex-end' },
  },
  waits: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200, maxWidth: '46ch' },
});

const all = '';

/** Configuration → Message Templates: what administrators built on the WhatsApp templates. */
export function MessageTemplatesPage() {
  const styles = useStyles();
  const templates = useMessageTemplates();
  const types = useRecordTypes();
  const [recordType, setRecordType] = useState(all);
  const nameOf = (table: string) => types.data?.find((type) => type.table === table)?.displayName ?? table;
  return (
    <Page>
      <PageHeader
        title="Message Templates"
        description="What agents may send, and how a customer’s Yes and No are recognised. Each is built on a WhatsApp template that Meta approved, for one record type."
        commands={<NewTemplate />}
      />
      <ReadOnlyNote />
      <Loaded query={templates}>
        {(list) =>
          list.length === 0 ? (
            <EmptyState
              icon={<MailTemplate24Regular />}
              title="No message templates yet"
              action={<NewTemplate />}
            >
              Start with a Consent Template: the question to the customer. Its Opt-In and Opt-Out Templates
              can then be made from its buttons in one click.
            </EmptyState>
          ) : (
            <>
              <Field label="Record type" className={styles.filter}>
                <Dropdown
                  value={recordType === all ? 'All' : nameOf(recordType)}
                  selectedOptions={[recordType]}
                  onOptionSelect={(_, { optionValue }) => setRecordType(optionValue ?? all)}
                >
                  <Option value={all}>All</Option>
                  {(types.data ?? []).map(({ table, displayName }: RecordTypeOut) => (
                    <Option key={table} value={table}>
                      {displayName}
                    </Option>
                  ))}
                </Dropdown>
              </Field>
              <DataTable
                label="Message templates"
                columns={columnsFor(nameOf, styles)}
                rows={inOrder(
                  list.filter((template) => recordType === all || template.recordType === recordType),
                )}
                rowKey={({ id }) => id}
              />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

/** By record type, then as a customer meets them: the question, Yes, No, the rest; retired ones last. */
function inOrder(list: MessageTemplateOut[]): MessageTemplateOut[] {
  const rank = (template: MessageTemplateOut) =>
    (template.status === 'retired' ? 100 : 0) + templateTypes.findIndex(({ type }) => type === template.type);
  return list.toSorted(
    (a, b) => a.recordType.localeCompare(b.recordType) || rank(a) - rank(b) || a.name.localeCompare(b.name),
  );
}

function columnsFor(
  nameOf: (table: string) => string,
  styles: Record<'status' | 'waits', string>,
): Column<MessageTemplateOut>[] {
  return [
    {
      header: 'Name',
      cell: ({ id, name }) => (
        <AppLink to={`/configuration/message-templates/${encodeURIComponent(id)}`}>{name}</AppLink>
      ),
    },
    { header: 'Template Type', cell: ({ type }) => templateTypeName(type) },
    { header: 'Record Type', cell: ({ recordType }) => nameOf(recordType) },
    {
      header: 'Status',
      cell: (template) => (
        <span className={styles.status}>
          <TemplateStatus template={template} />
          {waitsFor(template).map((line) => (
            <span key={line} className={styles.waits}>
              {line}
            </span>
          ))}
        </span>
      ),
    },
    {
      header: 'Built on',
      cell: ({ whatsappTemplate, keywords }) =>
        whatsappTemplate
          ? `${whatsappTemplate.name}, ${languageName(whatsappTemplate.language)}`
          : (keywords ?? [])
              .map(({ text }) => text)
              .slice(0, 3)
              .join(' · '),
    },
    { header: 'Changed', cell: ({ updatedAt }) => <Time at={updatedAt} /> },
  ];
}

function NewTemplate() {
  const to = '/configuration/message-templates/new';
  const follow = useFollow(to);
  if (!useMayConfigure()) return null;
  return (
    <Button as="a" href={to} onClick={follow} appearance="primary" icon={<Add20Regular />}>
      New Message Template
    </Button>
  );
}
