import { Tab, TabList } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import type { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { translate } from '../i18n/i18n.ts';
import { answerOf, api } from '../ui/api.ts';
import { useRecordTypes } from '../ui/configured.ts';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { messageTemplatePath } from './queries.ts';
import { ReadOnlyNote } from './read-only-note.tsx';
import { draftOf, emptyDraft, templateTypeName } from './template-draft.ts';
import { TemplateEditor } from './template-editor.tsx';
import { TemplateStanding } from './template-standing.tsx';
import { TemplateStatus } from './template-status.tsx';

const trail = () => [
  { label: translate('configuration:templates.title'), to: '/configuration/message-templates' },
];

/** Configuration → Message Templates → one template; without `id` a new one. */
export function MessageTemplatePage({ id }: { id?: string }) {
  return id === undefined ? <NewTemplate /> : <OneTemplate id={id} />;
}

function NewTemplate() {
  const { t } = useTranslation('configuration');
  const types = useRecordTypes();
  return (
    <Page>
      <PageHeader title={t('templates.new')} trail={trail()} description={t('templates.newText')} />
      <ReadOnlyNote right="manage-templates" />
      <Loaded query={types}>
        {(list) => {
          const first = list.find(({ complianceField }) => complianceField !== null) ?? list[0];
          return (
            <TemplateEditor
              template={null}
              stored={{ etag: null, values: emptyDraft('consent', first?.table ?? '') }}
              recordTypes={list}
            />
          );
        }}
      </Loaded>
    </Page>
  );
}

function OneTemplate({ id }: { id: string }) {
  const { t } = useTranslation('configuration');
  const types = useRecordTypes();
  const template = useQuery({
    queryKey: keys.messageTemplate(id),
    queryFn: ({ signal }) => api.get(messageTemplatePath(id), answerOf<MessageTemplateOut>(), { signal }),
  });
  const data = template.data;
  return (
    <Page>
      <PageHeader
        title={data?.name ?? t('templates.one')}
        trail={trail()}
        beside={data !== undefined && <TemplateStatus template={data} />}
        description={
          data !== undefined && (
            <Trans
              t={t}
              i18nKey="templates.facts"
              values={{ type: templateTypeName(data.type), version: data.version }}
              components={{ when: <Time at={data.updatedAt} form="long" /> }}
            />
          )
        }
      />
      <ReadOnlyNote right="manage-templates" />
      <Loaded query={template}>
        {(loaded) => (
          <Loaded query={types}>{(list) => <Versions template={loaded} recordTypes={list} />}</Loaded>
        )}
      </Loaded>
    </Page>
  );
}

type VersionsProps = {
  template: MessageTemplateOut;
  recordTypes: Parameters<typeof TemplateEditor>[0]['recordTypes'];
};

/** A published template may have a draft beside it: both are shown, and which of them customers get. */
function Versions({ template, recordTypes }: VersionsProps) {
  const { t } = useTranslation('configuration');
  const [shown, setShown] = useState<'draft' | 'live'>('draft');
  const { draft, status, version } = template;
  const both = status === 'published' && draft !== null;
  const live = both && shown === 'live';
  return (
    <>
      <TemplateStanding template={template} />
      {both && (
        <TabList
          selectedValue={shown}
          onTabSelect={(_, { value }) => setShown(value === 'live' ? 'live' : 'draft')}
          aria-label={t('templates.versions')}
        >
          <Tab value="draft">{t('templates.draftOf', { version: version + 1 })}</Tab>
          <Tab value="live">{t('templates.liveVersion', { version })}</Tab>
        </TabList>
      )}
      <TemplateEditor
        key={live ? 'live' : 'draft'}
        template={template}
        stored={{ etag: template.etag, values: draftOf(live ? template : (draft ?? template)) }}
        recordTypes={recordTypes}
        frozen={live || status === 'retired'}
      />
    </>
  );
}
