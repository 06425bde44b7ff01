import { z } from 'zod';
import { Id, pageOf, Time } from './common.ts';
import { Reference } from './people.ts';

/** Who answers a conversation, what colleagues say about it, and what wants a person's attention. */

export const AssignmentOut = z.object({
  id: Id,
  /** Null where Assent gave the conversation back to its previous owner. */
  from: Reference.nullable(),
  to: Reference,
  reason: z.string().nullable(),
  at: Time,
  expiresAt: Time.nullable(),
});

/** What a conversation carries about who works in it; part of `ConversationOut`. */
export const OwnershipOut = z.object({
  team: Reference,
  /** Null while it belongs to the team. */
  owner: Reference.nullable(),
  /** An offer to a colleague that nobody has decided yet. */
  assignment: AssignmentOut.nullable(),
  /** Colleagues who were asked in. */
  discussing: z.array(Reference),
  blocked: z.boolean(),
  /** Hidden from the caller until the customer's next message. */
  dismissed: z.boolean(),
  /** Since when the customer waits for an answer. */
  waitingSince: Time.nullable(),
  /** From when a colleague may take the conversation over from its owner; null where there is none. */
  takeOverFrom: Time.nullable(),
});
export type OwnershipOut = z.infer<typeof OwnershipOut>;

const Reason = z.string().trim().max(500);
export const AssignInput = z.object({ to: Id, reason: Reason.optional() }).strict();
export const DecideAssignment = z.object({ accept: z.boolean(), reason: Reason.optional() }).strict();
export const ReasonInput = z.object({ reason: Reason.optional() }).strict();
export const NoteInput = z
  .object({ text: z.string().trim().min(1).max(4000), mentions: z.array(Id).max(20).optional() })
  .strict();
export const DiscussInput = z.object({ person: Id, reason: Reason.optional() }).strict();
/** What a person does in a conversation right now; tells colleagues, stores nothing. */
export const PresenceInput = z.object({ state: z.enum(['viewing', 'typing', 'left']) }).strict();

export const TraceKind = z.enum([
  'accepted',
  'dismissed',
  'blocked',
  'unblocked',
  'assigned',
  'assignment-accepted',
  'assignment-rejected',
  'assignment-withdrawn',
  'assignment-timed-out',
  'taken-over',
  'released',
  'returned',
  'moved-team',
  'closed',
  'reopened',
  'discussion-started',
  'discussion-ended',
  'note',
  'out-of-hours-answer',
  'record-created',
  'record-linked',
]);
export const TraceOut = z.object({
  id: Id,
  kind: TraceKind,
  at: Time,
  /** Null where Assent itself did it. An API key has a name and no id. */
  actor: Reference.extend({ id: Id.nullable() }).nullable(),
  subject: Reference.nullable(),
  reason: z.string().nullable(),
  /** A note's words. */
  text: z.string().nullable(),
  mentions: z.array(Reference),
});
export type TraceOut = z.infer<typeof TraceOut>;
export const TracePage = pageOf(TraceOut);
export type TracePage = z.infer<typeof TracePage>;

/** A person to assign to, mention or ask in. */
export const ColleagueOut = z.object({
  id: Id,
  name: z.string(),
  role: z.enum(['administrator', 'agent', 'auditor']),
  online: z.boolean(),
  /** False for who was invited and has not been here yet. */
  everHere: z.boolean(),
  mayAnswer: z.boolean(),
});
export const ColleaguesOut = z.object({ items: z.array(ColleagueOut) });
export type ColleaguesOut = z.infer<typeof ColleaguesOut>;

export const NotificationKind = z.enum([
  'assigned',
  'assignment-rejected',
  'assignment-accepted',
  'assignment-timed-out',
  'mentioned',
  'discussion',
  'taken-over',
  'returned',
  'waiting',
  'window-closing',
  'answered',
]);
export const NotificationOut = z.object({
  id: Id,
  kind: NotificationKind,
  at: Time,
  readAt: Time.nullable(),
  conversation: Reference.nullable(),
  actor: z.string().nullable(),
  text: z.string().nullable(),
});
export type NotificationOut = z.infer<typeof NotificationOut>;
export const NotificationPage = pageOf(NotificationOut).extend({ unread: z.number() });
export type NotificationPage = z.infer<typeof NotificationPage>;
/** Without ids: all of them. */
export const NotificationsRead = z.object({ ids: z.array(Id).max(200).optional() }).strict();

export const QuickReplyOut = z.object({
  id: Id,
  shortcut: z.string(),
  text: z.string(),
  /** Null: everybody's, or the person's own where `personal`. */
  team: Reference.nullable(),
  personal: z.boolean(),
  mayEdit: z.boolean(),
});
export type QuickReplyOut = z.infer<typeof QuickReplyOut>;
export const QuickRepliesOut = z.object({ items: z.array(QuickReplyOut) });
export type QuickRepliesOut = z.infer<typeof QuickRepliesOut>;
export const QuickReplyInput = z
  .object({
    shortcut: z
      .string()
      .trim()
      .regex(/^[\p{L}\p{N}_-]{1,32}$/u),
    text: z.string().trim().min(1).max(4096),
    personal: z.boolean(),
    team: Id.nullable().optional(),
  })
  .strict();

const HourMinute = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/);
/** When people are here; outside, a customer who writes gets one automatic answer, through the gate. */
export const WorkingHours = z.object({
  enabled: z.boolean(),
  /** IANA name. */
  timeZone: z.string().max(60),
  /** 0 is Sunday. A day without a span is closed. */
  days: z.array(z.object({ day: z.number().int().min(0).max(6), from: HourMinute, to: HourMinute })).max(28),
  holidays: z
    .array(
      z.object({
        name: z.string().trim().min(1).max(100),
        from: z.iso.date(),
        to: z.iso.date(),
        /** Said in place of `answer` on these days, per language. */
        answer: z.record(z.string(), z.string().max(1024)).optional(),
      }),
    )
    .max(200),
  /** By language; `{opens}` becomes when people are here again, in words. Empty: no automatic answer. */
  answer: z.record(z.string(), z.string().max(1024)),
});
export type WorkingHours = z.infer<typeof WorkingHours>;
