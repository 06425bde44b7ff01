import type { z } from 'zod';
import type { NotificationRow } from '../db/notifications.ts';
import type { Colleague } from '../db/ownership.ts';
import type { TraceRow } from '../db/trace.ts';
import {
  type ColleagueOut,
  NotificationKind,
  type NotificationOut,
  TraceKind,
  type TraceOut,
} from './schemas/desk.ts';
import { isoOrNull, isoTime } from './views.ts';

/** Rows of the desk as the API shows them. */

export function traceOut(row: TraceRow): TraceOut {
  return {
    id: row.id,
    kind: TraceKind.parse(row.kind),
    at: isoTime(row.at),
    actor: row.actorName === null ? null : { id: row.actorId, name: row.actorName },
    subject: row.subjectName === null ? null : { id: row.subjectId ?? '', name: row.subjectName },
    reason: row.reason,
    text: row.text,
    mentions: row.mentions ?? [],
  };
}

/** Somebody whose live page or request was heard within this is here. They are noted once a minute. */
const ONLINE_MS = 2 * 60_000;

export function colleagueOut(person: Colleague, now: number): z.infer<typeof ColleagueOut> {
  return {
    id: person.id,
    name: person.name,
    role: person.role,
    online: person.lastSeenAt !== null && person.lastSeenAt > now - ONLINE_MS,
    everHere: person.lastSeenAt !== null,
    mayAnswer: person.mayAnswer,
  };
}

export function notificationOut(row: NotificationRow): NotificationOut {
  return {
    id: row.id,
    kind: NotificationKind.parse(row.kind),
    at: isoTime(row.at),
    readAt: isoOrNull(row.readAt),
    conversation: row.conversation,
    actor: row.actorName,
    text: row.text,
  };
}
