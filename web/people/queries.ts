import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type {
  ApiKeysOut,
  PersonPage,
  RoleRightsOut,
  SessionsOut,
  TeamsOut,
} from '../../src/http/schemas/people.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { keys } from '../ui/queries.ts';

export type RoleRights = z.infer<typeof RoleRightsOut>;
export type Team = z.infer<typeof TeamsOut>['items'][number];
export type ApiKey = z.infer<typeof ApiKeysOut>['items'][number];

export const personPath = (id: string, part = '') => `/api/people/${encodeURIComponent(id)}${part}`;
export const teamPath = (id: string) => `/api/teams/${encodeURIComponent(id)}`;

export function usePeople(search: string) {
  return useInfiniteQuery({
    queryKey: keys.people({ search }),
    queryFn: ({ pageParam, signal }) =>
      api.get(withQuery('/api/people', { search, cursor: pageParam }), answerOf<PersonPage>(), { signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    // The list stays while the next letter is looked up.
    placeholderData: (before) => before,
  });
}

export function useTeams() {
  return useQuery({
    queryKey: keys.teams(),
    queryFn: async ({ signal }) => (await api.get('/api/teams', answerOf<TeamsOut>(), { signal })).items,
  });
}

export function useRoles() {
  return useQuery({
    queryKey: keys.roles(),
    queryFn: ({ signal }) => api.get('/api/roles', answerOf<RoleRightsOut>(), { signal }),
  });
}

export function useApiKeys() {
  return useQuery({
    queryKey: keys.apiKeys(),
    queryFn: async ({ signal }) => (await api.get('/api/api-keys', answerOf<ApiKeysOut>(), { signal })).items,
  });
}

export function useSessionsOf(personId: string) {
  return useQuery({
    queryKey: keys.sessions(personId),
    queryFn: async ({ signal }) =>
      (await api.get(personPath(personId, '/sessions'), answerOf<SessionsOut>(), { signal })).items,
  });
}
