import {
  asOf,
  type ConsentView,
  type Fact,
  foldConsent,
  viewOfAll,
  viewOfRecord,
  viewWhileFound,
} from '../core/consent.ts';
import { type AskLimits, CRM_STALE_AFTER_MS, type GateContact } from '../core/gate.ts';
import { matchKey, parsePhone } from '../core/phone.ts';
import type { Purpose } from '../core/purpose.ts';
import type { RecordType } from '../core/record-type.ts';
import { expiresAfterDays, type Settings } from '../core/settings.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import { freshness } from '../db/crm-mirror.ts';
import type { Tx } from '../db/engine.ts';
import { type GateRecord, readGateFacts } from '../db/gate-facts.ts';
import { fieldsSeen, type LinkedRecord, recordsOfNumber } from '../db/records.ts';
import { type Configuration, configurationAt } from './configuration.ts';
import type { Context } from './context.ts';

/** Loads what the gate must know of contact points: the fold of their ledger, their records, the fields' values. */

export type Views = Record<Purpose, ConsentView>;

export interface LoadedContact {
  contact: ContactPoint;
  views: Views;
  /** Every record that carries one of the numbers; `messaging` ones share the decision. */
  records: LinkedRecord[];
  /** Their service fields as last seen, by record that has one; null where it was never seen. Empty where they were not read. */
  fields: ReadonlyMap<string, boolean | null>;
  /** As a send to the number sees it. */
  gate: GateContact;
  /** What a send to one of its records, `table/id`, begins from (`gateFor`). */
  gateOfOne: (record: string) => GateContact;
}

/** The record a send is addressed to, where it is addressed to one. */
export interface Addressed {
  recordType: string;
  recordId: string;
}

/** What a ledger says; `record` where several people use the number and one of them is meant. */
export function fold(facts: readonly Fact[], now: number, settings: Settings, record?: string): Views {
  const options = {
    now,
    requestOpenDays: settings.requestOpenDays,
    ...(record === undefined ? {} : { record }),
  };
  return {
    service: foldConsent(facts, 'service', options),
    marketing: foldConsent(facts, 'marketing', options),
  };
}

/** What a ledger says of each record of a number, `table/id`: of all the same, but where several people use it. */
export type ViewsOf = (record: string) => Views;

/** `views` are what these facts say of the number. */
export const viewsByRecord = (
  { shared }: Pick<ContactPoint, 'shared'>,
  views: Views,
  facts: readonly Fact[],
  now: number,
  settings: Settings,
): ViewsOf => (shared ? (record) => fold(facts, now, settings, record) : () => views);

/** The limits on asking, as the gate takes them. */
export function askLimits(settings: Settings): AskLimits {
  return {
    unansweredPerDay: settings.askUnansweredPerDay,
    unansweredPer30Days: settings.askUnansweredPer30Days,
    afterRefusalPerDay: settings.askAfterRefusalPerDay,
    afterRefusalPer90Days: settings.askAfterRefusalPer90Days,
    countriesNoAskAfterRefusal: settings.countriesNoAskAfterRefusal,
  };
}

/**
 * What the gate knows of these contact points, by id; they are locked by whoever decides on it. `now`: ms, for what
 * expires.
 */
export async function loadContacts(
  tx: Tx,
  contacts: readonly ContactPoint[],
  now: number,
  settings: Settings,
  recordTypes: Map<string, RecordType>,
): Promise<Map<string, LoadedContact>> {
  const read = await readGateFacts(
    tx,
    contacts.map((contact) => contact.id),
  );
  return new Map(
    contacts.map((contact) => {
      const { facts = [], records = [] } = read.get(contact.id) ?? {};
      return [contact.id, loadedContact(contact, facts, records, now, settings, recordTypes)];
    }),
  );
}

/** The same of contact points of which nothing is known yet, with the configuration they are judged by: one statement. */
export async function loadFreshOf(
  tx: Tx,
  ctx: Pick<Context, 'database' | 'clock'>,
  contactPointIds: readonly string[],
): Promise<{ loaded: Map<string, LoadedContact>; configuration: Configuration } | null> {
  const read = [...(await readGateFacts(tx, contactPointIds)).values()];
  const [first] = read;
  if (first === undefined) return null;
  const configuration = await configurationAt(tx, ctx, first.configurationVersion);
  const { settings, recordTypes } = configuration;
  const loaded = read.map(({ contact, facts, records }) =>
    loadedContact(contact, facts, records, ctx.clock(), settings, recordTypes),
  );
  return { loaded: new Map(loaded.map((one) => [one.contact.id, one])), configuration };
}

function loadedContact(
  contact: ContactPoint,
  facts: readonly Fact[],
  records: readonly GateRecord[],
  now: number,
  settings: Settings,
  recordTypes: Map<string, RecordType>,
): LoadedContact {
  const folded = fold(facts, now, settings);
  const mine = records.map(({ value: _value, readAt: _readAt, ...record }) => record);
  const hasField = ({ recordType }: GateRecord) => recordTypes.get(recordType)?.complianceField != null;
  const fields = new Map(
    records.filter(hasField).map((record) => [keyOf(record), record.value ?? null] as const),
  );
  const forbidden = new Set(
    records.filter((record) => record.messaging && record.value === false).map(keyOf),
  );
  const readAt = new Map(
    records.flatMap((record) => (record.readAt === null ? [] : [[keyOf(record), record.readAt] as const])),
  );
  const stale = staleAmong(mine, readAt, now);
  // Of a type whose field was just chosen: what stands there was not read yet, and may be a No.
  for (const record of records)
    if (record.messaging && record.value === undefined && hasField(record)) stale.add(record.recordType);
  const messaging = records.filter((record) => record.messaging).map(keyOf);
  const found = (views: Views, keys: readonly string[]): Views => ({
    ...views,
    service: viewWhileFound(
      views.service,
      keys.map((key) => fields.get(key)),
    ),
  });
  const views = found(folded, messaging);
  const gateOf = (of: Views): GateContact =>
    gateContact(contact, of, mine, forbidden, recordTypes, settings, now, stale);
  const gate = gateOf(views);
  if (!contact.shared) return { contact, views, records: mine, fields, gate, gateOfOne: () => gate };
  const gateOfOne = (record: string): GateContact =>
    gateOf(found(fold(facts, now, settings, record), [record]));
  const ofEach = messaging.map(gateOfOne);
  const ofAll = {
    service: viewOfAll(
      gate.service,
      ofEach.map(({ service }) => service),
    ),
    marketing: viewOfAll(
      gate.marketing,
      ofEach.map(({ marketing }) => marketing),
    ),
  };
  return { contact, views, records: mine, fields, gate: { ...gate, ...ofAll }, gateOfOne };
}

/** Whom something is about, known here or not. */
export async function loadTarget(
  tx: Tx,
  { contact, phone }: { contact: ContactPoint | null; phone: string | null },
  now: number,
  settings: Settings,
  recordTypes: Map<string, RecordType>,
): Promise<LoadedContact> {
  if (contact === null) return loadStranger(tx, phone, now, settings, recordTypes);
  const loaded = (await loadContacts(tx, [contact], now, settings, recordTypes)).get(contact.id);
  if (loaded === undefined) throw new Error('a contact point that was given is missing');
  return loaded;
}

/** A number nobody has written to or heard from: nothing decided, no window, perhaps records. Stores nothing. */
async function loadStranger(
  tx: Tx,
  phone: string | null,
  now: number,
  settings: Settings,
  recordTypes: Map<string, RecordType>,
): Promise<LoadedContact> {
  const records = phone === null ? [] : await recordsOfNumber(tx, matchKey(phone));
  const contact: ContactPoint = {
    id: '',
    phone,
    renumberedAt: null,
    userId: null,
    name: null,
    country: phone === null ? null : (parsePhone(phone)?.country ?? null),
    shared: false,
    blocked: false,
    language: null,
    lastInboundAt: null,
    lastWordAt: null,
    lastInboundWhatsappId: null,
    ledgerSeq: 0,
    ledgerHead: null,
    erased: false,
  };
  const views = fold([], now, settings);
  const stale = staleAmong(records, await freshness(tx, records), now);
  const gate = gateContact(contact, views, records, new Set(), recordTypes, settings, now, stale);
  return { contact, views, records, fields: new Map(), gate, gateOfOne: () => gate };
}

const keyOf = (record: { recordType: string; recordId: string }): string =>
  `${record.recordType}/${record.recordId}`;

function gateContact(
  contact: ContactPoint,
  views: Views,
  records: LinkedRecord[],
  forbidden: Set<string>,
  recordTypes: Map<string, RecordType>,
  settings: Settings,
  now: number,
  staleTypes: Set<string>,
): GateContact {
  const typesOf = (some: readonly LinkedRecord[]): RecordType[] =>
    some
      .map((record) => recordTypes.get(record.recordType))
      .filter((type): type is RecordType => type !== undefined);
  const types = typesOf(records);
  // A number in another column than the first only tells who writes; what its record allows holds for the first.
  const ruling = typesOf(records.filter((record) => record.messaging));
  const unset =
    ruling.length === 0
      ? settings.unknownUnset
      : ruling.every((type) => type.unset === 'allow')
        ? 'allow'
        : 'ask-first';
  return {
    service: asOf(views.service, now, expiresAfterDays(settings, 'service')),
    marketing: asOf(views.marketing, now, expiresAfterDays(settings, 'marketing')),
    unknownNotAllowed: types.length === 0 && !settings.chatWithUnknown,
    unset,
    fieldForbids: forbidden.size > 0,
    allowReplyAfterRefusal: ruling.length > 0 && ruling.every((type) => type.allowReplyAfterRefusal),
    lastInboundAt: contact.lastInboundAt,
    lastWordAt: contact.lastWordAt,
    country: contact.country,
    crmStale:
      restsOnCrm(views.service) &&
      types.some((type) => type.complianceField !== null && staleTypes.has(type.table)),
  };
}

/** The record types of records that were read too long ago. */
function staleAmong(
  records: readonly LinkedRecord[],
  readAt: ReadonlyMap<string, number>,
  now: number,
): Set<string> {
  const stale = records.filter((record) => {
    const at = readAt.get(keyOf(record));
    return record.messaging && at !== undefined && at < now - CRM_STALE_AFTER_MS;
  });
  return new Set(stale.map((record) => record.recordType));
}

/** What the customer said, or a person recorded, decides without the CRM. */
const restsOnCrm = (view: ConsentView): boolean =>
  !view.projects || view.source === 'crm' || view.source === 'crm-unproven';

/**
 * The contact as one send sees it: a No found at first sight closes its own record, and the number as a whole only where
 * no record is addressed; a Yes found opens its own. A request on its way is not counted against itself.
 */
export async function gateFor(
  tx: Tx,
  loaded: LoadedContact,
  addressed: Addressed | null,
  ownRequestId: string | null,
): Promise<GateContact> {
  let gate = loaded.gate;
  if (addressed !== null) {
    const known = loaded.fields.get(keyOf(addressed));
    const value =
      known === undefined
        ? (await fieldsSeen(tx, [addressed], 'service')).get(keyOf(addressed))?.value
        : known;
    const own = loaded.gateOfOne(keyOf(addressed));
    gate = {
      ...own,
      fieldForbids: value === false,
      service: viewOfRecord(own.service, keyOf(addressed), value),
    };
  }
  if (ownRequestId === null) return gate;
  const without = (view: ConsentView): ConsentView => ({
    ...view,
    requests: view.requests.filter((request) => request.requestId !== ownRequestId),
  });
  return { ...gate, service: without(gate.service), marketing: without(gate.marketing) };
}
