import { MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import { serverText } from '../i18n/server-text.ts';
import { todoFor } from './crm-words.ts';

/** What to do about a problem with the CRM, and what the CRM said, as it said it. */
export function TroubleBar({ problem }: { problem: { code: string; text: string } }) {
  return (
    <MessageBar intent="error" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{todoFor(problem.code)}</MessageBarTitle>
        <bdi>{serverText(problem)}</bdi>
      </MessageBarBody>
    </MessageBar>
  );
}
