import { useQuery } from '@tanstack/react-query';
import type { ColleaguesOut } from '../../src/http/schemas/desk.ts';
import { answerOf, api, chatPath } from '../ui/api.ts';
import { keys } from '../ui/queries.ts';

/** Who can be offered this conversation, asked into it or mentioned in it; asked anew whenever somebody chooses. */
export function useColleagues(conversationId: string) {
  return useQuery({
    queryKey: keys.colleagues(conversationId),
    queryFn: async ({ signal }) =>
      (await api.get(chatPath(conversationId, 'colleagues'), answerOf<ColleaguesOut>(), { signal })).items,
    staleTime: 0,
  });
}
