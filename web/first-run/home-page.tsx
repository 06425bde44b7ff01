import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import type { SetupOut } from '../../src/http/schemas/administration.ts';
import { answerOf, api } from '../ui/api.ts';
import { useMay } from '../ui/me.tsx';
import { Page } from '../ui/page.tsx';
import { keys } from '../ui/queries.ts';
import { Loading } from '../ui/states.tsx';

/** Where the app opens: on the chats, or on the first run while an administrator still has something to set up. */
export function HomePage() {
  const mayConfigure = useMay('manage-record-types');
  const setup = useQuery({
    queryKey: keys.setup(),
    queryFn: ({ signal }) => api.get('/api/setup', answerOf<SetupOut>(), { signal }),
    enabled: mayConfigure,
  });
  if (mayConfigure && setup.isPending) {
    return (
      <Page>
        <Loading />
      </Page>
    );
  }
  return setup.data?.done === false ? (
    <Navigate to="/welcome" replace />
  ) : (
    <Navigate to="/chats/{-$conversationId}" params={{}} replace />
  );
}
