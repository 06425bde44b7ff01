import type { Verdict } from '../core/consent.ts';
import type { HistoryRow } from '../db/ledger.ts';

/** One sentence per ledger line, for the consent history and the lines in a chat. `names`: of records, by `table/id`. */
export function describeLine(row: HistoryRow, type: Verdict, names: ReadonlyMap<string, string>): string {
  const text = typeof row.personal?.text === 'string' ? row.personal.text : null;
  const quoted = ` “${text === null ? '…' : shorten(text)}”`;
  const by = row.actor === null || row.actor === 'customer' ? '' : ` by ${row.actor}`;
  const purpose = row.purposes.length === 1 && row.purposes[0] === 'marketing' ? ' for marketing' : '';
  switch (row.act) {
    case 'requested':
      return `Asked for consent${purpose}${by}`;
    case 'request-failed':
      return `The consent request did not reach the customer${purpose}`;
    case 'button':
      return type === 'not-counted'
        ? `Tapped${quoted} of an older request; a refusal came in between. Ask again`
        : `${type === 'granted' ? 'Agreed' : 'Refused'}${purpose}: tapped${quoted}`;
    case 'answer':
      return type === 'not-counted'
        ? `Wrote${quoted}; no open request to answer`
        : `${type === 'granted' ? 'Agreed' : 'Refused'}${purpose}: wrote${quoted}`;
    case 'stop-word':
      return `Refused${row.purposes.length > 1 ? ' all messages' : purpose}: wrote the stop word${quoted}`;
    case 'start-word':
      return type === 'not-counted'
        ? `Wrote${quoted}; there was no stop word to take back`
        : `Took the stop word back: wrote${quoted}`;
    case 'refusal-phrase':
      return `Refused${purpose}: wrote${quoted}`;
    case 'hold':
      return `Put on hold${purpose}: wrote${quoted}, which reads like a refusal`;
    case 'released':
      return `Decided that it is no refusal${by}`;
    case 'recorded':
      if (row.source === 'hold') return `Decided that it is a refusal${by}`;
      if (row.source === 'hold-elapsed') return 'Counts as a refusal: nobody decided it in time';
      return row.detail.decision === 'granted'
        ? `Consent recorded${purpose}${by}`
        : `Refusal recorded${purpose}${by}`;
    case 'platform':
      return type === 'platform-stopped'
        ? 'Stopped marketing messages in WhatsApp'
        : 'Resumed marketing messages in WhatsApp';
    case 'signup':
      return 'Signed up for marketing in WhatsApp';
    case 'crm':
      return describeCrm(row, type, by, names);
    case 'expired':
      return `Consent expired${purpose}`;
    case 'linked':
      return `A CRM record with this number appeared: ${nameOf(linkedRecord(row), names)}`;
    case 'renumbered':
      return 'Has another number in WhatsApp now';
    case 'written-in-app':
      return 'Was written to from the WhatsApp Business app, before an answer that we got sooner';
    case 'merged':
      return 'Joined with another identity of the same person';
    case 'erased':
      return 'Personal data erased';
    default:
      return row.act;
  }
}

function describeCrm(row: HistoryRow, type: Verdict, by: string, names: ReadonlyMap<string, string>): string {
  const value = row.detail.value === true ? 'Yes' : row.detail.value === false ? 'No' : 'empty';
  const on = nameOf(row.detail.record, names);
  if (row.detail.firstSight === true) return `Found ${value} in the CRM on ${on}, without proof`;
  return type === 'not-counted'
    ? `Changed to Yes in the CRM on ${on}${by}. It does not count and was set back: the customer had refused`
    : `Changed to ${value} in the CRM on ${on}${by}`;
}

const linkedRecord = ({ detail }: HistoryRow): string =>
  `${String(detail.recordType)}/${String(detail.recordId)}`;

/** One that is gone, or has another number by now, is known by its id alone. */
const nameOf = (record: unknown, names: ReadonlyMap<string, string>): string =>
  names.get(String(record)) || String(record);

const shorten = (text: string): string => (text.length > 80 ? `${text.slice(0, 79)}…` : text);
