import type { z } from 'zod';
import { cut } from '../core/clip.ts';
import type { MessageEvent, ShownMedia, ShownMessage } from '../db/thread.ts';
import type { ErrorAdvice } from '../ports.ts';
import { nextStepOf } from './next-step.ts';
import { Interactive, Location, type MediaOut, type MessageOut, type SharedContact } from './schemas/chat.ts';
import { isoTime } from './views.ts';

/**
 * Messages as the API shows them. What strangers wrote leaves as it came; what has limits in the API (a card's names, a
 * list's titles) is cut to them, so that no message of theirs can make a whole page unreadable.
 */

export function messageOut(row: ShownMessage, advise: (code: number) => ErrorAdvice): MessageOut {
  const events = row.events ?? [];
  const deletedAt = ownEvent(row.direction, events, 'revoke')?.at;
  const replyTo = row.replyTo ?? textIn(row.content, 'target');
  const nextStep = nextStepOf(row.status, row.reasonCode, advise);
  const reactions = reactionsOut(events);
  return {
    id: row.id,
    conversationId: row.conversationId,
    direction: row.direction,
    kind: row.kind,
    // What a customer deleted is not shown any more; the evidence keeps it.
    ...(deletedAt === undefined ? saidIn(row, events) : { deletedAt: isoTime(deletedAt) }),
    ...(reactions.length === 0 ? {} : { reactions }),
    // What the customer wrote has arrived; only what we send goes through the stages.
    status: row.direction === 'in' ? 'delivered' : (row.status as MessageOut['status']),
    ...(row.reasonCode === null
      ? {}
      : { reason: row.reasonCode, reasonText: row.reasonText ?? row.reasonCode }),
    ...(nextStep === undefined ? {} : { nextStep }),
    ...(row.whatsappId === null ? {} : { whatsappId: row.whatsappId }),
    ...(row.content.forwarded === true ? { forwarded: true } : {}),
    automatic: row.automatic,
    actor: row.actor,
    ...(replyTo === null ? {} : { replyTo }),
    ...(row.quoted === null ? {} : { quoted: quotedOut(row.quoted) }),
    at: isoTime(row.at),
    statusAt: row.statusAt === null ? null : isoTime(row.statusAt),
  };
}

/**
 * A message as it was when it was accepted, whatever has become of it: what `POST /messages` answers, and answers again under the
 * same Idempotency-Key.
 */
export function asAccepted(message: MessageOut): MessageOut {
  const { reason, reasonText, nextStep, whatsappId, reactions, ...accepted } = message;
  return { ...accepted, status: 'queued', statusAt: null };
}

/** A customer edits and deletes what they wrote themselves, and nothing else. */
function ownEvent(
  direction: 'in' | 'out',
  events: readonly MessageEvent[],
  kind: 'edit' | 'revoke',
): MessageEvent | undefined {
  return direction === 'in'
    ? events.find((event) => event.kind === kind && event.direction === 'in')
    : undefined;
}

/** What the message says, in whatever form. */
function saidIn(row: ShownMessage, events: readonly MessageEvent[]): Partial<MessageOut> {
  const edit = ownEvent(row.direction, events, 'edit');
  const text = edit?.text ?? row.text ?? spokenOf(row.kind, row.content);
  return {
    ...(text === null || (text === '' && row.kind !== 'text') ? {} : { text }),
    ...(edit === undefined ? {} : { edited: { at: isoTime(edit.at), before: row.text } }),
    ...templateOut(row),
    ...(row.media === null ? {} : { media: mediaOut(row.media) }),
    ...locationOut(row),
    ...contactsOut(row),
    ...interactiveOut(row),
  };
}

/** The newest of each side; one that was taken back has no emoji. */
function reactionsOut(events: readonly MessageEvent[]): NonNullable<MessageOut['reactions']> {
  return events.flatMap(({ kind, text, direction, actor, at }) =>
    kind !== 'reaction' || text === null || text === ''
      ? []
      : [
          {
            emoji: text,
            by: direction === 'in' ? ('customer' as const) : ('us' as const),
            actor,
            at: isoTime(at),
          },
        ],
  );
}

function quotedOut(quoted: NonNullable<ShownMessage['quoted']>): MessageOut['quoted'] {
  const events = quoted.events ?? [];
  const gone = ownEvent(quoted.direction, events, 'revoke') !== undefined;
  const edit = ownEvent(quoted.direction, events, 'edit');
  const { id, direction, kind } = quoted;
  const text = edit?.text ?? quoted.text ?? spokenOf(kind, quoted.content) ?? '';
  return { id, direction, kind, text: gone ? '' : cut(text, 500) };
}

function templateOut(row: ShownMessage): Pick<MessageOut, 'template'> {
  const rendered = row.content.rendered as
    | { header: string | null; footer: string | null; buttons: string[] }
    | undefined;
  if (row.kind !== 'template' || rendered === undefined) return {};
  return {
    template: {
      messageTemplateId: row.messageTemplateId,
      name: row.templateName ?? '',
      type: row.templateType ?? 'utility',
      language: row.templateLanguage ?? '',
      header: rendered.header,
      footer: rendered.footer,
      buttons: rendered.buttons,
    },
  };
}

/** `url` and `thumbnailUrl` belong to the file's id: they never answer anything else. */
export function mediaOut(media: ShownMedia): MediaOut {
  const { id, kind, state, reasonCode, reasonText, fileName, voice } = media;
  return {
    id,
    kind,
    state,
    ...(reasonCode === null ? {} : { reason: reasonCode, reasonText: reasonText ?? reasonCode }),
    mimeType: media.mimeType,
    fileName,
    size: media.size,
    width: media.width,
    height: media.height,
    voice,
    url: `/api/media/${id}`,
    thumbnailUrl: media.hasThumbnail ? `/api/media/${id}/thumbnail` : null,
  };
}

function locationOut({ kind, content }: ShownMessage): Pick<MessageOut, 'location'> {
  if (kind !== 'location') return {};
  const name = textIn(content, 'name');
  const address = textIn(content, 'address');
  const parsed = Location.safeParse({
    latitude: content.latitude,
    longitude: content.longitude,
    ...(name === null ? {} : { name: cut(name, 300) }),
    ...(address === null ? {} : { address: cut(address, 500) }),
  });
  return parsed.success ? { location: parsed.data } : {};
}

function contactsOut({ kind, content }: ShownMessage): Pick<MessageOut, 'contacts'> {
  if (kind !== 'contacts') return {};
  // Messages from before cards were kept hold names alone.
  const cards = Array.isArray(content.cards)
    ? content.cards
    : listIn(content, 'names').map((name) => ({ name, phones: [], emails: [] }));
  const contacts = cards.slice(0, 50).map(
    (card: Record<string, unknown>): z.infer<typeof SharedContact> => ({
      name: cut(textIn(card, 'name') ?? '', 200),
      phones: listIn(card, 'phones').flatMap((one) => {
        const phone = isObject(one) ? textIn(one, 'phone') : null;
        const type = isObject(one) ? textIn(one, 'type') : null;
        return phone === null
          ? []
          : { phone: cut(phone, 50), ...(type === null ? {} : { type: cut(type, 50) }) };
      }),
      emails: listIn(card, 'emails').flatMap((one) => (typeof one === 'string' ? cut(one, 254) : [])),
    }),
  );
  return { contacts };
}

/** Our buttons or list; of a customer's answer, what they chose. */
function interactiveOut({ kind, content }: ShownMessage): Pick<MessageOut, 'interactive'> {
  const option = (id: unknown, title: unknown, description: unknown): Record<string, string> => ({
    id: cut(String(id ?? ''), 200),
    title: cut(String(title ?? ''), 24),
    ...(typeof description === 'string' && description !== '' ? { description: cut(description, 72) } : {}),
  });
  const given =
    kind === 'reply'
      ? {
          form: content.form === 'list' ? 'list' : 'buttons',
          options: [option(content.id, content.label, content.description)],
        }
      : kind === 'interactive'
        ? {
            form: content.kind,
            header: textIn(content, 'header') ?? undefined,
            footer: textIn(content, 'footer') ?? undefined,
            button: textIn(content, 'button') ?? undefined,
            options: [...listIn(content, 'buttons'), ...listIn(content, 'rows')]
              .filter(isObject)
              .map((one) => option(one.id, one.title, one.description)),
          }
        : null;
  const parsed = Interactive.safeParse(given);
  return parsed.success ? { interactive: parsed.data } : {};
}

/** What a message without words says: the emoji of a reaction, the name of a place or of people. */
function spokenOf(kind: string, content: Record<string, unknown>): string | null {
  if (kind === 'reaction') return textIn(content, 'emoji');
  if (kind === 'location') return textIn(content, 'name') ?? textIn(content, 'address');
  if (kind !== 'contacts') return null;
  const names = listIn(content, 'names').length > 0 ? listIn(content, 'names') : listIn(content, 'cards');
  return names
    .flatMap((one) => (typeof one === 'string' ? one : isObject(one) ? (textIn(one, 'name') ?? []) : []))
    .join(', ');
}

function textIn(content: Record<string, unknown>, key: string): string | null {
  const value = content[key];
  return typeof value === 'string' && value !== '' ? value : null;
}

function listIn(content: Record<string, unknown>, key: string): unknown[] {
  const value = content[key];
  return Array.isArray(value) ? value : [];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
