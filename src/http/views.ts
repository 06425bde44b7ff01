import { fold, type Views } from '../actions/gate-contact.ts';
import type { Sendable } from '../actions/sendable.ts';
import { type Fact, meaningOf, type Verdict } from '../core/consent.ts';
import { takeOverFrom } from '../core/ownership.ts';
import { formatPhone } from '../core/phone.ts';
import type { Purpose } from '../core/purpose.ts';
import type { RecordType } from '../core/record-type.ts';
import { windowClosesAt } from '../core/session.ts';
import type { Settings } from '../core/settings.ts';
import type { RequestEvidence } from '../db/consent.ts';
import type { ConversationRow } from '../db/conversations.ts';
import type { HistoryRow } from '../db/ledger.ts';
import type { LinkedRecord, ListedRecord } from '../db/records.ts';
import { describeLine } from './describe-line.ts';
import type { ConversationOut, SendableOut } from './schemas/chat.ts';
import type { LedgerLineOut } from './schemas/consent.ts';
import type { OwnershipOut } from './schemas/desk.ts';
import type { RecordOut } from './schemas/records.ts';
import { withholdWords } from './withhold-words.ts';

/** Rows as the API shows them. Times become ISO 8601 with milliseconds here and nowhere else. */

export const isoTime = (ms: number): string => new Date(ms).toISOString();
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms));

type State = ConversationOut['consent']['service'];
const stateOf = (state: string | null): State => (state ?? 'not-asked') as State;

/** A number as people write it, for an answer that has one. */
export const phoneTextOf = (phone: string | null) =>
  phone === null ? {} : { phoneText: formatPhone(phone) };

/** One conversation by itself. A list goes without `phoneText`: a number takes 50 µs to write out. */
export function oneConversationOut(
  row: ConversationRow,
  viewer: string,
  settings: Settings,
): ConversationOut {
  const out = conversationOut(row, viewer, settings);
  return row.phone === null
    ? out
    : { ...out, contactPoint: { ...out.contactPoint, phoneText: formatPhone(row.phone) } };
}

/** `viewer` is the person who looks, by whom a dismissed conversation is known. */
export function conversationOut(row: ConversationRow, viewer: string, settings: Settings): ConversationOut {
  const records = row.records ?? [];
  const name =
    records.find((record) => record.name !== '')?.name ?? row.name ?? row.phone ?? row.userId ?? 'Unknown';
  return {
    id: row.id,
    contactPoint: {
      id: row.contactPointId,
      name,
      ...(row.phone === null ? {} : { phone: row.phone }),
      ...(row.userId === null ? {} : { userId: row.userId }),
      shared: row.shared,
    },
    records,
    channel: row.channelId,
    lastMessageAt: isoOrNull(row.lastMessageAt),
    lastMessage:
      row.lastText === null || row.lastDirection === null
        ? null
        : { text: row.lastText, direction: row.lastDirection, status: row.lastStatus ?? '' },
    unread: row.unread,
    consent: { service: stateOf(row.service), marketing: stateOf(row.marketing) },
    onHold: row.onHold,
    status: row.status,
    ...ownershipOut(row, viewer, settings),
    serviceWindowClosesAt: isoOrNull(windowClosesAt(row.lastInboundAt)),
  };
}

function ownershipOut(row: ConversationRow, viewer: string, settings: Settings): OwnershipOut {
  const { assignment } = row;
  return {
    team: row.team,
    owner: row.owner,
    assignment:
      assignment === null
        ? null
        : {
            ...assignment,
            at: isoTime(Date.parse(assignment.at)),
            expiresAt: assignment.expiresAt === null ? null : isoTime(Date.parse(assignment.expiresAt)),
          },
    discussing: row.discussing ?? [],
    blocked: row.blocked,
    dismissed: row.dismissedBy.includes(viewer),
    waitingSince: isoOrNull(row.waitingSince),
    takeOverFrom: isoOrNull(takeOverFrom(row, settings.takeOverMinutes)),
  };
}

/** `seen` are the conversations that may be named (`seenAmong`); none unless somebody says so. */
export function recordOut(
  row: ListedRecord,
  types: ReadonlyMap<string, RecordType>,
  seen: ReadonlySet<string> = new Set(),
): RecordOut {
  const type = types.get(row.table) ?? null;
  const carrier = row.related ?? row;
  const field = types.get(carrier.table)?.complianceField ?? null;
  const raw = field === null ? null : (carrier.data[field] ?? null);
  const nameColumn = type?.nameColumn ?? (row.table === 'account' ? 'name' : 'fullname');
  return {
    recordType: row.table,
    id: row.id,
    name: String(row.data[nameColumn] ?? '') || (row.phones?.[0]?.e164 ?? 'Unnamed'),
    phones: (row.phones ?? []).map((phone) => phone.e164),
    complianceValue: typeof raw === 'boolean' ? raw : null,
    values: row.data,
    consent: {
      service: stateOf(row.service),
      marketing: stateOf(row.marketing),
      decidedAt: isoOrNull(row.decidedAt),
      source: row.source,
      onHold: row.onHold,
      unproven: row.source === 'crm-unproven' || (row.projects !== true && typeof raw === 'boolean'),
    },
    conversationId: row.conversationId !== null && seen.has(row.conversationId) ? row.conversationId : null,
    related:
      row.related === null
        ? null
        : {
            recordType: row.related.table,
            id: row.related.id,
            name:
              String(row.related.data[types.get(row.related.table)?.nameColumn ?? ''] ?? '') ||
              (row.phones?.[0]?.e164 ?? 'Unnamed'),
          },
    createdAt: isoTime(row.createdAt),
    updatedAt: isoTime(row.updatedAt),
  };
}

export function sendableOut(sendable: Sendable): SendableOut {
  const { service, marketing } = sendable.contact;
  const refusedAt = service.state === 'denied' ? service.decidedAt : null;
  const reason = (one: { code: string; message: string; until?: number } | null) =>
    one === null
      ? {}
      : {
          reason: one.code,
          reasonText: one.message,
          ...(one.until === undefined ? {} : { until: isoTime(one.until) }),
        };
  return {
    freeText: { allowed: sendable.freeText.allowed, ...reason(sendable.freeText.reason) },
    templates: sendable.templates.map((template) => ({
      messageTemplateId: template.messageTemplateId,
      name: template.name,
      type: template.type,
      asksFor: template.asksFor,
      answerHasField: template.answerHasField,
      allowed: template.allowed,
      ...reason(template.reason),
      ...(template.alsoBlockedBy.length === 0 ? {} : { alsoBlockedBy: template.alsoBlockedBy }),
      language: template.language,
      languages: template.languages,
      preview: template.preview,
      missing: template.missing,
      ...(template.confirm === null ? {} : { confirm: template.confirm }),
      ...(template.confirm === null ? {} : refusalOf(sendable.contact[template.asksFor ?? 'service'])),
    })),
    serviceWindowClosesAt: isoOrNull(sendable.serviceWindowClosesAt),
    consent: { service: service.state, marketing: marketing.state },
    onHold: service.onHold !== null || marketing.onHold !== null,
    requestOpen: service.openRequest !== null || marketing.openRequest !== null,
    platformStopped: marketing.platformStopped,
    banner: {
      code: sendable.banner.code,
      tone: sendable.banner.tone,
      text: sendable.banner.text,
      ...(sendable.banner.until === undefined ? {} : { until: isoTime(sendable.banner.until) }),
      values: {
        ...(refusedAt === null ? {} : { refusedAt: isoTime(refusedAt) }),
        ...(service.openRequest === null ? {} : { askedAt: isoTime(service.openRequest.at) }),
        unproven: service.source === 'crm-unproven',
      },
    },
    phone: sendable.phone,
    ...phoneTextOf(sendable.phone),
    conversationId: sendable.conversationId,
    records: sendable.records
      .filter((record) => record.messaging)
      .map((record) => ({ recordType: record.recordType, id: record.recordId, name: record.name })),
  };
}

/** When this was refused, where it is. */
const refusalOf = ({ state, decidedAt }: Views[Purpose]): { refusedAt?: string } =>
  state === 'denied' && decidedAt !== null ? { refusedAt: isoTime(decidedAt) } : {};

interface Reading {
  now: number;
  settings: Settings;
  /** Those that the lines name. */
  records: readonly Pick<LinkedRecord, 'recordType' | 'recordId' | 'name'>[];
  /** The reader may not see what was said. */
  withheld?: boolean;
}

/** History lines with what each turned out to mean for its purpose. */
export function historyOut(
  rows: readonly HistoryRow[],
  facts: readonly Fact[],
  evidence: Map<string, RequestEvidence>,
  { now, settings, records, withheld = false }: Reading,
): LedgerLineOut[] {
  const views: Views = fold(facts, now, settings);
  const names = new Map(records.map((one) => [`${one.recordType}/${one.recordId}`, one.name ?? '']));
  return rows.map((row) => {
    const purposes = row.purposes as Purpose[];
    const meaning = meaningOf(views, { chain: row.contactPointId, seq: row.seq, purposes });
    return lineOut(row, meaning ?? { verdict: 'not-counted', purposes }, evidence, { names, withheld });
  });
}

function lineOut(
  whole: HistoryRow,
  { verdict: type, purposes }: { verdict: Verdict; purposes: Purpose[] },
  evidence: Map<string, RequestEvidence>,
  { names, withheld: withhold }: { names: ReadonlyMap<string, string>; withheld: boolean },
): LedgerLineOut {
  const requestId =
    whole.detail.requestId ?? whole.detail.quotes ?? whole.detail.follows ?? whole.detail.labelOf ?? null;
  const asked = typeof requestId === 'string' ? evidence.get(requestId) : undefined;
  const { row, request, withheld } = withhold
    ? withholdWords(whole, asked)
    : { row: whole, request: asked, withheld: false };
  return {
    seq: row.seq,
    contactPointId: row.contactPointId,
    type,
    act: row.act,
    purposes: row.purposes as Purpose[],
    at: isoTime(row.at),
    receivedAt: isoTime(row.receivedAt),
    source: row.source,
    actor: row.actor,
    summary: describeLine({ ...row, purposes }, type, names),
    evidence: {
      ...row.detail,
      ...(row.personal ?? { erased: true }),
      ...(request === undefined ? {} : { request: requestEvidenceOut(request) }),
      personalHash: row.personalHash,
    },
    withheld: withheld ? 'another-team' : null,
    hash: row.hash,
    prevHash: row.prevHash,
  };
}

function requestEvidenceOut(request: Partial<RequestEvidence>): Record<string, unknown> {
  return {
    ...request,
    handedAt: isoOrNull(request.handedAt ?? null),
    statusAt: isoOrNull(request.statusAt ?? null),
    deliveredAt: isoOrNull(request.deliveredAt ?? null),
    readAt: isoOrNull(request.readAt ?? null),
  };
}
