import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { CONSENT_STATES } from '../../src/core/consent.ts';
import type {
  CampaignOut,
  CampaignOutcomes,
  CampaignPage,
  SkippedPage,
} from '../../src/http/schemas/campaigns.ts';
import type { ConsentSummary, RecordPage } from '../../src/http/schemas/records.ts';
import { answerOf, api, withQuery } from '../ui/api.ts';
import { keys } from '../ui/queries.ts';
import type { StateCount } from './state-counts.tsx';

export type Campaign = CampaignOut;

export const campaignPath = (id: string, part = '') => `/api/campaigns/${encodeURIComponent(id)}${part}`;

/** Nobody is told how far a campaign is: it is asked while there is something to see. */
const LOOK_EVERY_MS = 1_000;
const isUnderWay = ({ state }: Campaign): boolean => state === 'running' || state === 'cancelling';

export function useCampaigns() {
  return useInfiniteQuery({
    queryKey: keys.campaigns(),
    queryFn: ({ pageParam, signal }) =>
      api.get(withQuery('/api/campaigns', { cursor: pageParam }), answerOf<z.infer<typeof CampaignPage>>(), {
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some(isUnderWay)) ? LOOK_EVERY_MS : false,
  });
}

export function useCampaign(id: string) {
  return useQuery({
    queryKey: keys.campaign(id),
    queryFn: ({ signal }) => api.get(campaignPath(id), answerOf<Campaign>(), { signal }),
    refetchInterval: ({ state }) =>
      state.data !== undefined && isUnderWay(state.data) ? LOOK_EVERY_MS : false,
  });
}

/** Statuses come for days. A page that stands open is told of them like this; counting costs more than the rest. */
const COUNT_EVERY_MS = 5_000;

/** What became of its messages, and of a question to its customers. */
export function useOutcomes({ id, state, withdrawn }: Campaign) {
  return useQuery({
    queryKey: keys.campaignOutcomes(id, `${state} ${withdrawn}`),
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get(campaignPath(id, '/outcomes'), answerOf<CampaignOutcomes>(), { signal }),
    refetchInterval: COUNT_EVERY_MS,
  });
}

/** Who was passed over for one reason. */
export function useSkipped(id: string, code: string) {
  return useInfiniteQuery({
    queryKey: keys.campaignSkipped(id, code),
    queryFn: ({ pageParam, signal }) =>
      api.get(
        withQuery(campaignPath(id, '/skipped'), { code, cursor: pageParam }),
        answerOf<z.infer<typeof SkippedPage>>(),
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });
}

/** How many records of the type there are in each state today. Who is on hold is counted in the state they had. */
export function useStateCounts(recordType: string) {
  return useQuery({
    queryKey: keys.consentSummary(recordType),
    queryFn: ({ signal }) =>
      api.get(withQuery('/api/consent-summary', { recordType }), answerOf<ConsentSummary>(), { signal }),
    enabled: recordType !== '',
    select: ({ items }): StateCount[] =>
      CONSENT_STATES.map((state) => ({ state, count: items[0]?.counts[state] ?? 0 })),
  });
}

/** Somebody of the type, to show a template with real values. */
export function useSample(recordType: string) {
  const filter = { recordType, limit: 1 };
  return useQuery({
    queryKey: keys.records(filter),
    queryFn: async ({ signal }) =>
      (await api.get(withQuery('/api/records', filter), answerOf<RecordPage>(), { signal })).items,
    enabled: recordType !== '',
  });
}
