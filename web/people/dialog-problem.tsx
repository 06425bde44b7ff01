import { MessageBar, MessageBarBody } from '@fluentui/react-components';
import { sentenceOf } from '../ui/states.tsx';

/** Why the server refused what a dialog asked for, in its words; read out when it appears. */
export function DialogProblem({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <MessageBar intent="error" layout="multiline" role="alert">
      <MessageBarBody>{sentenceOf(error)}</MessageBarBody>
    </MessageBar>
  );
}
