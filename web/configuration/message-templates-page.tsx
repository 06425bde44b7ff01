import { Dropdown, Field, makeStyles, Option, SearchBox, tokens } from '@fluentui/react-components';
import { Add20Regular } from '@fluentui/react-icons/svg/add';
import { MailTemplate24Regular } from '@fluentui/react-icons/svg/mail-template';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { searchForm } from '../../src/core/search-text.ts';
import type { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { translate } from '../i18n/i18n.ts';
import { languageName } from '../i18n/locale.ts';
import { useMessageTemplates, useRecordTypes } from '../ui/configured.ts';
import { type Column, DataTable } from '../ui/data-table.tsx';
import { AppLink, useFollow } from '../ui/link.tsx';
import { MayLinkButton } from '../ui/may.tsx';
import { Page, PageHeader } from '../ui/page.tsx';
import { EmptyState, Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { ReadOnlyNote } from './read-only-note.tsx';
import { templateTypeName, templateTypes } from './template-draft.ts';
import { TemplateStatus, waitsFor } from './template-status.tsx';

const useStyles = makeStyles({
  filters: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', gap: '12px' },
  search: { flexGrow: 1, minWidth: '220px', maxWidth: '400px' },
  filter: {
    flexGrow: 1,
    flexBasis: '160px',
    maxWidth: '240px',
    '@media (max-width: 640px)': { maxWidth: 'none' },
  },
  choice: { minWidth: 0 },
  status: {
    display: 'flex',
    flexDirection: 'column',
    gap: '4px',
    '@media (max-width: 640px)': { alignItems: 'flex-end' },
  },
  waits: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200, maxWidth: '46ch' },
});

/** Of a filter: nothing is left out. */
const all = '';
const statuses = ['draft', 'published', 'retired'] as const;

/** Configuration → Message Templates: what administrators built on the WhatsApp templates. */
export function MessageTemplatesPage() {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const templates = useMessageTemplates();
  const types = useRecordTypes();
  const [search, setSearch] = useState('');
  const [recordType, setRecordType] = useState(all);
  const [type, setType] = useState(all);
  const [status, setStatus] = useState(all);
  const nameOf = (table: string) => types.data?.find((type) => type.table === table)?.displayName ?? table;
  return (
    <Page>
      <PageHeader
        title={t('templates.title')}
        description={t('templates.description')}
        commands={<NewTemplate />}
      />
      <ReadOnlyNote right="manage-templates" />
      <Loaded query={templates}>
        {(list) => {
          if (list.length === 0)
            return (
              <EmptyState
                icon={<MailTemplate24Regular />}
                title={t('templates.none')}
                action={<NewTemplate />}
              >
                {t('templates.noneText')}
              </EmptyState>
            );
          const wanted = searchForm(search);
          const found = list.filter(
            (one) =>
              [all, one.recordType].includes(recordType) &&
              [all, one.type].includes(type) &&
              [all, one.status].includes(status) &&
              [one.name, one.whatsappTemplate?.name ?? ''].some((name) => searchForm(name).includes(wanted)),
          );
          return (
            <>
              <div className={styles.filters}>
                <SearchBox
                  className={styles.search}
                  aria-label={t('templates.search')}
                  placeholder={t('templates.search')}
                  value={search}
                  onChange={(_, { value }) => setSearch(value)}
                />
                <Filter
                  label={t('templates.columns.recordType')}
                  chosen={recordType}
                  options={(types.data ?? []).map(({ table }) => table)}
                  nameOf={nameOf}
                  onChoose={setRecordType}
                />
                <Filter
                  label={t('templates.columns.type')}
                  chosen={type}
                  options={templateTypes}
                  nameOf={templateTypeName}
                  onChoose={setType}
                />
                <Filter
                  label={t('templates.columns.status')}
                  chosen={status}
                  options={statuses}
                  nameOf={(one) => t(`status.${one}`)}
                  onChoose={setStatus}
                />
              </div>
              {found.length === 0 ? (
                <EmptyState title={t('templates.noMatch')}>{t('templates.noMatchText')}</EmptyState>
              ) : (
                <DataTable
                  label={t('templates.list')}
                  columns={columnsFor(nameOf, styles)}
                  rows={inOrder(found)}
                  rowKey={({ id }) => id}
                />
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

function Filter<T extends string>({
  label,
  chosen,
  options,
  nameOf,
  onChoose,
}: {
  label: string;
  chosen: string;
  options: readonly T[];
  nameOf: (option: T) => string;
  onChoose: (option: string) => void;
}) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const current = options.find((option) => option === chosen);
  return (
    <Field label={label} className={styles.filter}>
      <Dropdown
        className={styles.choice}
        value={current === undefined ? t('templates.allTypes') : nameOf(current)}
        selectedOptions={[chosen]}
        onOptionSelect={(_, { optionValue }) => onChoose(optionValue ?? all)}
      >
        <Option value={all}>{t('templates.allTypes')}</Option>
        {options.map((option) => (
          <Option key={option} value={option}>
            {nameOf(option)}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}

/** By record type, then as a customer meets them: the question, Yes, No, the rest; retired ones last. */
function inOrder(list: MessageTemplateOut[]): MessageTemplateOut[] {
  const rank = (template: MessageTemplateOut) =>
    (template.status === 'retired' ? 100 : 0) + templateTypes.indexOf(template.type);
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
      header: translate('configuration:templates.columns.name'),
      cell: ({ id, name }) => (
        <AppLink to={`/configuration/message-templates/${encodeURIComponent(id)}`}>{name}</AppLink>
      ),
    },
    { header: translate('configuration:templates.columns.type'), cell: ({ type }) => templateTypeName(type) },
    {
      header: translate('configuration:templates.columns.recordType'),
      cell: ({ recordType }) => nameOf(recordType),
    },
    {
      header: translate('configuration:templates.columns.status'),
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
      header: translate('configuration:templates.columns.builtOn'),
      cell: ({ whatsappTemplate, keywords }) =>
        whatsappTemplate
          ? `${whatsappTemplate.name} · ${languageName(whatsappTemplate.language)}`
          : (keywords ?? [])
              .map(({ text }) => text)
              .slice(0, 3)
              .join(' · '),
    },
    {
      header: translate('configuration:templates.columns.changed'),
      cell: ({ updatedAt }) => <Time at={updatedAt} />,
    },
  ];
}

function NewTemplate() {
  const { t } = useTranslation('configuration');
  const to = '/configuration/message-templates/new';
  const follow = useFollow(to);
  return (
    <MayLinkButton
      right="manage-templates"
      href={to}
      onClick={follow}
      appearance="primary"
      icon={<Add20Regular />}
    >
      {t('templates.new')}
    </MayLinkButton>
  );
}
