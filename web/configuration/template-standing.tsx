import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { api } from '../ui/api.ts';
import { useMayConfigure } from '../ui/me.tsx';
import { useNotify } from '../ui/notify.tsx';
import { MessageTemplates, messageTemplatePath } from './queries.ts';
import { waitsFor } from './template-status.tsx';

const useStyles = makeStyles({ list: { margin: '4px 0', paddingInlineStart: '20px' } });

/** Where a saved template stands for agents and customers, and the one step that brings it further. */
export function TemplateStanding({ template }: { template: MessageTemplateOut }) {
  const { status, draft, version } = template;
  if (status === 'retired') {
    return (
      <MessageBar intent="info" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>Retired.</MessageBarTitle> Nobody can send it any more. Buttons of requests that
          were sent with it still count.
        </MessageBarBody>
      </MessageBar>
    );
  }
  return (
    <>
      {waitsFor(template).length > 0 && <Waiting template={template} />}
      {status === 'published' && draft !== null && (
        <MessageBar intent="info" layout="multiline">
          <MessageBarBody>
            <MessageBarTitle>Two versions.</MessageBarTitle> Version {version} is live: it is what customers
            get. The draft takes its place when you publish it.
          </MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}

function Waiting({ template }: { template: MessageTemplateOut }) {
  const styles = useStyles();
  const mayConfigure = useMayConfigure();
  const client = useQueryClient();
  const notify = useNotify();
  const create = useMutation({
    mutationFn: () => api.post(`${messageTemplatePath(template.id)}/answer-templates`, {}, MessageTemplates),
    onSuccess: async ({ items }) => {
      await client.invalidateQueries();
      notify.success(
        items.length === 0 ? 'Nothing was missing.' : `Created: ${items.map(({ name }) => name).join(', ')}.`,
      );
    },
    onError: (error) => notify.problem(error, 'The answer templates could not be created.'),
  });
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>Published, waits for</MessageBarTitle>
        <ul className={styles.list}>
          {waitsFor(template).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        Until then agents see it greyed.
      </MessageBarBody>
      {mayConfigure && template.type === 'consent' && (
        <MessageBarActions>
          <Button appearance="primary" disabled={create.isPending} onClick={() => create.mutate()}>
            {create.isPending
              ? 'Creating…'
              : 'Create the Opt-In and Opt-Out Templates from its button labels'}
          </Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
