import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ChannelOut } from '../../src/http/schemas/administration.ts';
import { api } from '../ui/api.ts';
import { useMayConfigure } from '../ui/me.tsx';
import { keys } from '../ui/queries.ts';
import { sentenceOf } from '../ui/states.tsx';

/** WhatsApp refused in a way that stops the whole number; a person mends it at Meta and lets it send again. */
export function StoppedChannel({ reason }: { reason: string }) {
  const client = useQueryClient();
  const mayConfigure = useMayConfigure();
  const resume = useMutation({
    mutationFn: () => api.post('/api/channel/resume', undefined, ChannelOut),
    onSuccess: (channel) => client.setQueryData(keys.channel(), channel),
  });
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>This number does not send.</MessageBarTitle>
        WhatsApp said “{reason.replace(/\.$/, '')}”. What is queued waits. Mend the cause at Meta, then let
        the number send again.
        {resume.isError && ` ${sentenceOf(resume.error)}`}
      </MessageBarBody>
      {mayConfigure && (
        <MessageBarActions>
          <Button disabledFocusable={resume.isPending} onClick={() => resume.mutate()}>
            Send again
          </Button>
        </MessageBarActions>
      )}
    </MessageBar>
  );
}
