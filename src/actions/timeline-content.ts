import {
  chatSubject,
  chatText,
  consentSubject,
  consentText,
  type TimelineConsent,
  TOLD_VERDICTS,
} from '../core/timeline.ts';
import type { ClaimedEntry } from '../db/crm-entries.ts';
import { messagesOfSession, readSession } from '../db/crm-sessions.ts';
import { readLine } from '../db/ledger.ts';
import type { EntryRoom, RemoteEntry } from '../ports.ts';
import type { Context } from './context.ts';

/**
 * What an entry says now; read when it is written. Null where there is nothing to say any more, `silent` where there is nothing yet:
 * all messages of a session failed or were cancelled so far, and it goes on.
 */

type Content = Pick<RemoteEntry, 'subject' | 'text' | 'chat'> & { ended: boolean };

/** More lines fit no timeline. */
const MOST_MESSAGES = 300;

/**
 * Subject and text of an entry, no longer than the CRM's columns (`room`); null where there is nothing left to tell.
 */
export async function entryContent(
  ctx: Context,
  entry: ClaimedEntry,
  publicUrl: string,
  room: Pick<EntryRoom, 'subject' | 'text'>,
): Promise<Content | 'silent' | null> {
  if (entry.sessionId !== null) return chatContent(ctx, entry, entry.sessionId, publicUrl, room);
  if (entry.chain === null || entry.seq === null) return null;
  const line = await readLine(ctx.database.db, entry.chain, entry.seq);
  const verdict = TOLD_VERDICTS.find((one) => one === entry.verdict);
  if (line === null || verdict === undefined) return null;
  const event: TimelineConsent = {
    verdict,
    act: line.act,
    at: line.at,
    purposes: line.purposes,
    source: line.source,
    actor: line.actor,
    // The whole wording of a request stands in the chat; here its hash and its template name it.
    words: line.act === 'requested' ? null : textOf(line.personal?.text),
    templateName: textOf(line.detail.templateName),
    wordingHash: textOf(line.detail.wordingHash),
    line: `${entry.chain}/${entry.seq}`,
    hash: line.hash,
    link: `${publicUrl}/records/${encodeURIComponent(entry.table)}/${entry.recordId}`,
  };
  return {
    subject: consentSubject(event, room.subject),
    text: consentText(event, room.text),
    chat: null,
    ended: true,
  };
}

async function chatContent(
  ctx: Context,
  entry: ClaimedEntry,
  sessionId: string,
  publicUrl: string,
  room: Pick<EntryRoom, 'subject' | 'text'>,
): Promise<Content | 'silent' | null> {
  const { db } = ctx.database;
  const session = await readSession(db, sessionId);
  if (session === null) return null;
  if (session.firstAt === null || session.lastAt === null) return 'silent';
  const { firstAt, lastAt } = session;
  const number = session.phone ?? session.userId;
  const chat = {
    name: entry.recordName ?? session.name ?? number ?? 'Unknown',
    number,
    count: session.messages,
    firstAt,
    lastAt,
    messages: await messagesOfSession(db, sessionId, MOST_MESSAGES),
    link: `${publicUrl}/chats/${session.conversationId}`,
  };
  return {
    subject: chatSubject(chat, room.subject),
    text: chatText(chat, room.text),
    chat: { link: chat.link, firstAt, lastAt, messages: chat.count },
    ended: session.ended,
  };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
