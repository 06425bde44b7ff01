import type { Update } from '../core/update.ts';
import type { Tx } from '../db/engine.ts';
import type { NewInboxRow } from '../db/inbox.ts';
import { type Knowledge, storeAndRead } from '../db/known.ts';
import type { Context } from './context.ts';
import { payloadOf } from './read-answers.ts';
import { type Owned, statusIds } from './update-owners.ts';

/** Stores the rows that are new and reads what applying these updates takes. The people are locked. */
export async function readKnowledge(
  tx: Tx,
  ctx: Context,
  { contacts }: Pick<Owned, 'contacts'>,
  inbox: readonly NewInboxRow[],
  about: readonly { update: Update | null; contactPointId: string | null }[],
): Promise<Knowledge> {
  const updates = about.flatMap(({ update }) => update ?? []);
  const messages = updates.filter((update) => update.kind === 'message');
  const { messageIds, whatsappIds } = statusIds(updates);
  const people = new Set(about.flatMap(({ contactPointId }) => contactPointId ?? []));
  return storeAndRead(tx, {
    inbox,
    now: ctx.clock(),
    channelId: ctx.channel.id,
    contactPointIds: [...people],
    heardIds: [
      ...new Set(
        about.flatMap(({ update, contactPointId }) =>
          update === null || update.kind === 'status' ? [] : (contactPointId ?? []),
        ),
      ),
    ],
    askedIds: [...people].filter((id) => contacts.get(id)?.ledgerSeq !== 0),
    messageIds,
    // Those of statuses, of what is quoted or corrected, and of the messages themselves: whether they are stored already.
    whatsappIds: [
      ...new Set([
        ...whatsappIds,
        ...messages.flatMap(({ whatsappId, context, content }) => [
          whatsappId,
          ...(context?.id === undefined ? [] : [context.id]),
          ...(content.kind === 'edit' ? [content.target] : []),
        ]),
      ]),
    ],
    tokens: messages.flatMap(({ content }) => payloadOf(content) ?? []),
  });
}
