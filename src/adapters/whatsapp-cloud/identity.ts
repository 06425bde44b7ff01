import { z } from 'zod';
import type { Identity } from '../../core/update.ts';
import { anything, lenient } from './fields.ts';

const PHONE = /^\+?([1-9]\d{1,14})$/;
const USER_ID = /^[A-Z]{2}\.[0-9A-Za-z]{1,128}$/;
const PARENT_USER_ID = /^[A-Z]{2}\.ENT\.[0-9A-Za-z]{1,128}$/;

/**
 * Who is meant, from whatever ids stand beside the event. The three kinds cannot be mistaken for each other, so each
 * value is taken for what it looks like and the first of a kind wins; what looks like none is left out. A phone keeps
 * the digits WhatsApp gave it (Brazil's and Mexico's numbers have two spellings; which one it uses is part of the id).
 *
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
 */
export function identityOf(...ids: unknown[]): Identity {
  const identity: Identity = {};
  for (const id of ids) {
    if (typeof id !== 'string' && typeof id !== 'number') continue;
    const text = String(id);
    const digits = PHONE.exec(text)?.[1];
    if (digits !== undefined) identity.phone ??= `+${digits}`;
    else if (USER_ID.test(text)) identity.userId ??= text;
    else if (PARENT_USER_ID.test(text)) identity.parentUserId ??= text;
  }
  return identity;
}

export function isNobody(identity: Identity): boolean {
  return identity.phone === undefined && identity.userId === undefined && identity.parentUserId === undefined;
}

/** One of `value.contacts[]`: the people a change is about, not the address cards a customer shares. */
export interface ContactEntry {
  identity: Identity;
  profileName?: string;
}

const contactEntry = z.looseObject({
  wa_id: anything,
  user_id: anything,
  parent_user_id: anything,
  profile: lenient(z.looseObject({ name: lenient(z.string().min(1)) })),
});

/** Entries of another shape are left out: they only add to what an event says of itself. */
export function contactEntries(contacts: unknown): ContactEntry[] {
  if (!Array.isArray(contacts)) return [];
  return contacts.flatMap((contact) => {
    const parsed = contactEntry.safeParse(contact);
    if (!parsed.success) return [];
    const { wa_id, user_id, parent_user_id, profile } = parsed.data;
    const identity = identityOf(wa_id, user_id, parent_user_id);
    return [profile?.name === undefined ? { identity } : { identity, profileName: profile.name }];
  });
}

/**
 * The person of an event, completed from the contact entry that shares an id with it. Never by position: in a batch the
 * entries are fewer than the messages and in another order. An event that names nobody at all belongs to the only
 * entry there is.
 */
export function completed(own: Identity, contacts: readonly ContactEntry[]): ContactEntry {
  if (isNobody(own)) {
    const [only, ...others] = contacts;
    return only !== undefined && others.length === 0 ? only : { identity: own };
  }
  const match =
    contacts.find(({ identity }) => own.userId !== undefined && identity.userId === own.userId) ??
    contacts.find(
      ({ identity }) => own.phone !== undefined && identity.phone === own.phone && agree(identity, own),
    ) ??
    contacts.find(
      ({ identity }) =>
        own.parentUserId !== undefined && identity.parentUserId === own.parentUserId && agree(identity, own),
    );
  if (match === undefined) return { identity: own };
  return { ...match, identity: { ...match.identity, ...own } };
}

/** Whether two sets of ids can be one person's. */
function agree(a: Identity, b: Identity): boolean {
  return [
    [a.phone, b.phone],
    [a.userId, b.userId],
    [a.parentUserId, b.parentUserId],
  ].every(([one, other]) => one === undefined || other === undefined || one === other);
}
