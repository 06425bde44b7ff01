import { MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import { roleNames, useMe } from '../ui/me.tsx';

/** Tells agents and auditors why nothing here can be changed. Shows nothing to an administrator. */
export function ReadOnlyNote() {
  const { role } = useMe();
  if (role === 'administrator') return null;
  return (
    <MessageBar intent="info" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>You can read this, not change it.</MessageBarTitle> You are signed in as{' '}
        {roleNames[role].toLowerCase()}; only an administrator changes the configuration.
      </MessageBarBody>
    </MessageBar>
  );
}
