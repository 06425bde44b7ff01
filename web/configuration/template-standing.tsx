import {
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
  makeStyles,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { listOf } from '../i18n/locale.ts';
import { answerOf, api } from '../ui/api.ts';
import type { MessageTemplates } from '../ui/configured.ts';
import { MayButton } from '../ui/may.tsx';
import { useNotify } from '../ui/notify.ts';
import { messageTemplatePath } from './queries.ts';
import { waitsFor } from './template-status.tsx';

const useStyles = makeStyles({ list: { margin: '4px 0', paddingInlineStart: '20px' } });

/** Where a saved template stands for agents and customers, and the one step that brings it further. */
export function TemplateStanding({ template }: { template: MessageTemplateOut }) {
  const { t } = useTranslation('configuration');
  const { status, draft, version } = template;
  if (status === 'retired') {
    return (
      <MessageBar intent="info" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{t('standing.retired')}</MessageBarTitle> {t('standing.retiredText')}
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
            <MessageBarTitle>{t('standing.two')}</MessageBarTitle> {t('standing.twoText', { version })}
          </MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}

/** What the one step makes; of what waits for WhatsApp, or for a look at its new wording, it makes nothing. */
const MADE_HERE: ReadonlySet<string> = new Set(['opt-in-missing', 'opt-out-missing']);

function Waiting({ template }: { template: MessageTemplateOut }) {
  const { t } = useTranslation('configuration');
  const styles = useStyles();
  const client = useQueryClient();
  const notify = useNotify();
  const create = useMutation({
    mutationFn: () =>
      api.post(`${messageTemplatePath(template.id)}/answer-templates`, {}, answerOf<MessageTemplates>()),
    onSuccess: async ({ items }) => {
      await client.invalidateQueries();
      notify.success(
        items.length === 0
          ? t('standing.nothingMissing')
          : t('standing.created', { names: listOf(items.map(({ name }) => name)) }),
      );
    },
    onError: (error) => notify.problem(error, t('standing.notCreated')),
  });
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{t('standing.waits')}</MessageBarTitle>
        <ul className={styles.list}>
          {waitsFor(template).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
        {t('standing.greyed')}
      </MessageBarBody>
      {template.waitingFor.some(({ code }) => MADE_HERE.has(code)) && (
        <MessageBarActions>
          <MayButton
            right="manage-templates"
            appearance="primary"
            disabledFocusable={create.isPending}
            onClick={() => create.mutate()}
          >
            {create.isPending ? t('standing.creating') : t('standing.create')}
          </MayButton>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
