import { MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Trans } from 'react-i18next/TransWithoutContext';
import { missingSince } from '../../src/core/restored.ts';
import type { ChannelOut } from '../../src/http/schemas/administration.ts';
import { answerOf, api } from '../ui/api.ts';
import { MayButton } from '../ui/may.tsx';
import { keys } from '../ui/queries.ts';
import { sentenceOf } from '../ui/states.tsx';
import { localTime } from '../ui/time.tsx';

/**
 * WhatsApp refused in a way that stops the whole number, and a person mends it at Meta; or the database was restored, and a
 * person records what it lacks. Then they let it send again.
 */
export function StoppedChannel({ reason }: { reason: string }) {
  const { t } = useTranslation('configuration');
  const client = useQueryClient();
  const missing = missingSince(reason);
  const resume = useMutation({
    mutationFn: () => api.post('/api/channel/resume', undefined, answerOf<ChannelOut>()),
    onSuccess: (channel) => client.setQueryData(keys.channel(), channel),
  });
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{t('stopped.title')}</MessageBarTitle>
        {missing === null ? (
          <Trans
            t={t}
            i18nKey="stopped.text"
            components={{
              reason: (
                <bdi lang="en" dir="ltr">
                  {reason.replace(/\.$/, '')}
                </bdi>
              ),
            }}
          />
        ) : missing.at === null ? (
          t('stopped.restored')
        ) : (
          t('stopped.restoredSince', { time: localTime(missing.at, 'since') })
        )}
        {resume.isError && <> {sentenceOf(resume.error)}</>}
      </MessageBarBody>
      <MessageBarActions>
        <MayButton
          right="manage-settings"
          disabledFocusable={resume.isPending}
          onClick={() => resume.mutate()}
        >
          {t('stopped.resume')}
        </MayButton>
      </MessageBarActions>
    </MessageBar>
  );
}
