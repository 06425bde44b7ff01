import { useQuery } from '@tanstack/react-query';
import type { QuickRepliesOut } from '../../src/http/schemas/desk.ts';
import type { TeamsOut } from '../../src/http/schemas/people.ts';
import { answerOf, api } from '../ui/api.ts';
import { useMay, useMe } from '../ui/me.tsx';
import { keys } from '../ui/queries.ts';

export const quickReplyPath = (id: string): string => `/api/quick-replies/${encodeURIComponent(id)}`;

/** This person's own quick replies, their teams' and everybody's. */
export function useQuickReplies() {
  return useQuery({
    queryKey: keys.quickReplies(),
    queryFn: async ({ signal }) =>
      (await api.get('/api/quick-replies', answerOf<QuickRepliesOut>(), { signal })).items,
  });
}

/** Teams a reply can be for: all, for who manages them; else this person's own. */
export function useTeamChoices(): readonly { id: string; name: string }[] {
  const { teams } = useMe();
  const all = useQuery({
    queryKey: keys.teams(),
    queryFn: async ({ signal }) => (await api.get('/api/teams', answerOf<TeamsOut>(), { signal })).items,
    enabled: useMay('manage-people'),
  });
  return all.data ?? teams;
}
