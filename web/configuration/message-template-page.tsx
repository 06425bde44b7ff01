import { Tab, TabList } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { api } from '../ui/api.ts';
import { Page, PageHeader } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { Loaded } from '../ui/states.tsx';
import { Time } from '../ui/time.tsx';
import { messageTemplatePath, useRecordTypes } from './queries.ts';
import { ReadOnlyNote } from './read-only-note.tsx';
import { draftOf, emptyDraft, templateTypeName } from './template-draft.ts';
import { TemplateEditor } from './template-editor.tsx';
import { TemplateStanding } from './template-standing.tsx';
import { TemplateStatus } from './template-status.tsx';

const trail = [{ label: 'Message Templates', to: '/configuration/message-templates' }];

/** Configuration → Message Templates → one template; without `id` a new one. */
export function MessageTemplatePage({ id }: { id?: string }) {
  return id === undefined ? <NewTemplate /> : <OneTemplate id={id} />;
}

function NewTemplate() {
  const types = useRecordTypes();
  return (
    <Page>
      <PageHeader
        title="New Message Template"
        trail={trail}
        description="Save keeps it as a draft; Publish makes it available to agents."
      />
      <ReadOnlyNote />
      <Loaded query={types}>
        {(list) => {
          const first = list.find(({ complianceField }) => complianceField !== null) ?? list[0];
          return (
            <TemplateEditor
              template={null}
              saved={emptyDraft('consent', first?.table ?? '')}
              recordTypes={list}
            />
          );
        }}
      </Loaded>
    </Page>
  );
}

function OneTemplate({ id }: { id: string }) {
  const types = useRecordTypes();
  const template = useQuery({
    queryKey: keys.messageTemplate(id),
    queryFn: ({ signal }) => api.get(messageTemplatePath(id), MessageTemplateOut, { signal }),
  });
  const data = template.data;
  return (
    <Page>
      <PageHeader
        title={data?.name ?? 'Message template'}
        trail={trail}
        beside={data !== undefined && <TemplateStatus template={data} />}
        description={
          data !== undefined && (
            <>
              {templateTypeName(data.type)} · Version {data.version} · Changed:{' '}
              <Time at={data.updatedAt} form="long" />
            </>
          )
        }
      />
      <ReadOnlyNote />
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
          aria-label="Versions"
        >
          <Tab value="draft">Draft of version {version + 1}</Tab>
          <Tab value="live">Live, version {version}</Tab>
        </TabList>
      )}
      <TemplateEditor
        key={live ? 'live' : 'draft'}
        template={template}
        saved={draftOf(live ? template : (draft ?? template))}
        recordTypes={recordTypes}
        frozen={live || status === 'retired'}
      />
    </>
  );
}
