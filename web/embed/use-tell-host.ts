import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { RecordOut } from '../../src/http/schemas/records.ts';
import { answerOf, api } from '../ui/api.ts';
import { keys } from '../ui/queries.ts';
import { tellFieldChanged } from './host.ts';

/**
 * Tells the application around the frame whenever the Compliance Field of its record changes. Live hints make the record
 * stale, and so does a connection that comes back, so a change in between is told too.
 */
export function useTellHost({
  recordType,
  id,
  host,
}: {
  recordType: string;
  id: string;
  host: string;
}): void {
  const record = useQuery({
    queryKey: keys.record(recordType, id),
    queryFn: ({ signal }) =>
      api.get(
        `/api/records/${encodeURIComponent(recordType)}/${encodeURIComponent(id)}`,
        answerOf<RecordOut>(),
        {
          signal,
        },
      ),
  });
  const complianceValue = record.data?.complianceValue;
  const told = useRef(complianceValue);
  useEffect(() => {
    if (complianceValue === undefined) return;
    const before = told.current;
    told.current = complianceValue;
    if (before !== undefined && before !== complianceValue)
      tellFieldChanged(host, { recordType, id, complianceValue });
  }, [complianceValue, host, recordType, id]);
}
