import type { RequestEvidence } from '../db/consent.ts';
import type { HistoryRow } from '../db/ledger.ts';

/**
 * A ledger line for somebody who does not see the customer's conversation: what was decided, when, by which act, and the
 * hashes stay, as they say what may be sent; what was said there, and the ids of its messages, go.
 */
export interface Withheld {
  row: HistoryRow;
  request: Partial<RequestEvidence> | undefined;
  /** Whether anything was left out. */
  withheld: boolean;
}

/** Who it was, which they know already. All else of a personal part is named here or it goes. */
const WHO: ReadonlySet<string> = new Set(['phone', 'userId']);

export function withholdWords(row: HistoryRow, request: RequestEvidence | undefined): Withheld {
  const personal = Object.entries(row.personal ?? {}).filter(([, value]) => value !== null);
  const known = personal.filter(([name]) => WHO.has(name));
  return {
    row: { ...row, salt: null, personal: row.personal === null ? null : Object.fromEntries(known) },
    request: request === undefined ? undefined : factsOf(request),
    withheld: request !== undefined || known.length < personal.length,
  };
}

function factsOf(request: RequestEvidence): Partial<RequestEvidence> {
  const { wording: _, basisText: __, messageId: ___, whatsappId: ____, ...facts } = request;
  return facts;
}
