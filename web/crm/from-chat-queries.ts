import { useQuery } from '@tanstack/react-query';
import type { DuplicatesOut, ProposedRecordOut } from '../../src/http/schemas/records.ts';
import { answerOf, api, chatPath, withQuery } from '../ui/api.ts';
import { keys } from '../ui/queries.ts';

export function useProposedRecord(conversationId: string, table: string) {
  return useQuery({
    queryKey: keys.proposedRecord(conversationId, table),
    queryFn: ({ signal }) =>
      api.get(withQuery(chatPath(conversationId, 'new-record'), { table }), answerOf<ProposedRecordOut>(), {
        signal,
      }),
    enabled: table !== '',
    // A form that is being filled in must not change under the hands.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: 'always',
  });
}

/** Records that may be this customer; with a search, those whose texts hold it. */
export function useDuplicates(conversationId: string, search: string) {
  return useQuery({
    queryKey: keys.duplicates(conversationId, search),
    queryFn: ({ signal }) =>
      api.get(
        withQuery(chatPath(conversationId, 'duplicates'), search === '' ? {} : { search }),
        answerOf<DuplicatesOut>(),
        { signal },
      ),
  });
}
