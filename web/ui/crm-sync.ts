import { queryOptions } from '@tanstack/react-query';
import type { CrmSyncOut } from '../../src/http/schemas/crm-sync.ts';
import { answerOf, api } from './api.ts';
import { keys } from './queries.ts';

/** Which CRM the records live in, and how far those of an organisation are read. */
export const crmSyncQuery = () =>
  queryOptions({
    queryKey: keys.crmSync(),
    queryFn: ({ signal }) => api.get('/api/crm/sync', answerOf<CrmSyncOut>(), { signal }),
  });
