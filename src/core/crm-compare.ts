import { PURPOSES, type Purpose } from './purpose.ts';
import { fieldOf, fieldsOf, type RecordType, valueFound } from './record-type.ts';
import { addDays, localDate, momentOf } from './working-hours.ts';

/** Comparing the mirror of a remote CRM with the CRM, once a night: when, and what counts as a difference. */

/**
 * How a record can differ. `field`: the Compliance Field or the marketing field, between the CRM, the mirror and what the
 * ledger says; `values`: any other column that is mirrored.
 */
export const DRIFT_KINDS = ['not-in-mirror', 'not-in-crm', 'field', 'values'] as const;
export type DriftKind = (typeof DRIFT_KINDS)[number];

type Cell = string | number | boolean | null;
type Cells = Readonly<Record<string, Cell>>;

/** What the ledger says of a record's number, and what is on its way to the CRM. */
export interface Standing {
  /** The decision that the fields show, by purpose; where there is none, or it is another record's, the purpose is absent. */
  decided: Partial<Record<Purpose, 'granted' | 'denied' | 'none'>>;
  /** Columns that we are writing, or wrote after the page was asked for: they differ by right. */
  writing: readonly string[];
}

/** The columns that differ and what the CRM holds in them; null where nothing does. */
export function difference(
  type: RecordType,
  crm: Cells,
  mirror: Cells,
  standing: Standing,
): { kind: DriftKind; shown: Record<string, Cell> } | null {
  const shown: Record<string, Cell> = {};
  for (const [name, value] of Object.entries(crm))
    if (value !== (mirror[name] ?? null) && !standing.writing.includes(name)) shown[name] = value;
  for (const purpose of PURPOSES) {
    const column = fieldOf(type, purpose);
    if (column === null || standing.writing.includes(column)) continue;
    if (!saysWhatIsDecided(type, purpose, mirror[column] ?? null, standing))
      shown[column] = crm[column] ?? null;
  }
  const columns = Object.keys(shown);
  if (columns.length === 0) return null;
  const ofConsent = fieldsOf(type).some((name) => columns.includes(name));
  return { kind: ofConsent ? 'field' : 'values', shown };
}

function saysWhatIsDecided(type: RecordType, purpose: Purpose, raw: Cell, { decided }: Standing): boolean {
  const decision = decided[purpose];
  if (decision === undefined) return true;
  const wanted = { granted: true, denied: false, none: null }[decision];
  return valueFound(type, purpose, raw, decision === 'granted') === wanted;
}

/** So many differences are no drift but something else: column security, another organisation. */
export function tooMany(differing: number, compared: number): boolean {
  return differing > Math.max(100, compared / 10);
}

/** The last moment at which the clocks of this zone showed this hour, ms. */
export function lastHour(timeZone: string, hour: number, now: number): number {
  const today = localDate(timeZone, now);
  const moments = [1, 0, -1, -2].map((days) => momentOf(timeZone, addDays(today, days), hourText(hour)));
  return moments.find((moment) => moment <= now) ?? now;
}

/** The next one, ms. */
export function nextHour(timeZone: string, hour: number, now: number): number {
  const today = localDate(timeZone, now);
  const moments = [-1, 0, 1, 2].map((days) => momentOf(timeZone, addDays(today, days), hourText(hour)));
  return moments.find((moment) => moment > now) ?? now;
}

const hourText = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
