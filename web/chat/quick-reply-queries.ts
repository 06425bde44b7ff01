import { useQuery } from '@tanstack/react-query';
import type { QuickRepliesOut } from '../../src/http/schemas/desk.ts';
import { answerOf, api } from '../ui/api.ts';
import { keys } from '../ui/queries.ts';

/** This person's quick replies and those of their teams; asked for once somebody types a slash. */
export function useQuickReplies(enabled: boolean) {
  return useQuery({
    queryKey: keys.quickReplies(),
    queryFn: async ({ signal }) =>
      (await api.get('/api/quick-replies', answerOf<QuickRepliesOut>(), { signal })).items,
    enabled,
  });
}
