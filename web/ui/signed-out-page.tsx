import { Button } from '@fluentui/react-components';
import { PersonKey24Regular } from '@fluentui/react-icons/svg/person-key';
import { usePageTitle } from './page.tsx';
import { EmptyState } from './states.tsx';

export function SignedOutPage() {
  usePageTitle('Signed out');
  return (
    <main style={{ paddingTop: '10vh' }}>
      <EmptyState
        icon={<PersonKey24Regular />}
        heading="h1"
        title="You are signed out"
        action={<Button onClick={() => location.reload()}>Load the page again</Button>}
      >
        Open a sign-in link. Assent prints one for each role when it starts, in the window where the server
        runs. A link works once; starting the server again prints new ones.
      </EmptyState>
    </main>
  );
}
