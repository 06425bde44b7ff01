import { type Named, notTheirs } from '../core/ownership.ts';
import type { Tx } from '../db/engine.ts';
import { discussionOf, endDiscussion, type OwnershipRow, startDiscussion } from '../db/ownership.ts';
import { isUuid } from '../db/rows.ts';
import { accessConversation } from './access-conversation.ts';
import {
  type Acting,
  actorOf,
  type By,
  byOf,
  changeOf,
  leaveTrace,
  lockForChange,
  tell,
} from './apply-ownership.ts';
import { findColleague } from './colleagues.ts';
import type { Context } from './context.ts';
import { createHints, type Hints } from './live.ts';
import { loadSettings } from './organisation.ts';
import { notFound, Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/** A colleague who is asked in reads the conversation and writes notes; they do not write to the customer. */

/** Asks a colleague in. Asking one who is in already changes nothing. */
export async function askIn(
  ctx: Context,
  caller: Acting,
  conversationId: string,
  personId: string,
  reason: string | undefined,
): Promise<void> {
  const actor = actorOf(caller);
  await inTransaction(ctx, async (tx) => {
    const { id } = await accessConversation(tx, caller, conversationId);
    const hints = createHints();
    const row = await lockForChange(tx, ctx, id, await loadSettings(tx), hints);
    const refused = notTheirs(row, actor);
    if (refused !== null) changeOf(refused);
    if (row.status === 'closed')
      throw new Refusal(409, 'already-closed', 'This conversation is closed. Reopen it first.');
    const colleague = await findColleague(tx, personId);
    if (
      colleague.id === actor.id ||
      colleague.id === row.owner?.id ||
      !colleague.active ||
      !colleague.mayAnswer
    )
      throw new Refusal(
        422,
        'not-a-colleague',
        colleague.active && colleague.mayAnswer
          ? 'They answer this conversation already. Ask somebody else in.'
          : `${colleague.name} may not write notes. Choose somebody else.`,
      );
    await letIn(tx, ctx, row, colleague, { by: byOf(actor), reason: reason ?? null, hints });
    await hints.send(tx);
  });
}

/** Makes a colleague part of the discussion, with its trace and their notification. */
export async function letIn(
  tx: Tx,
  ctx: Context,
  row: OwnershipRow,
  colleague: Named,
  { by, reason, hints }: { by: By; reason: string | null; hints: Hints },
): Promise<void> {
  const now = ctx.clock();
  if (!(await startDiscussion(tx, row.id, colleague.id, by?.id ?? null, now))) return;
  const subject = { id: colleague.id, name: colleague.name };
  await leaveTrace(tx, ctx, row.id, [{ kind: 'discussion-started', subject }], by, reason);
  const notice = { kind: 'discussion', person: colleague.id, by: by?.name ?? null, text: reason };
  await tell(tx, ctx, row.id, [{ ...notice, reasonKey: `discussion:${ctx.make.id()}` }], hints);
  hints.conversation(row.id, row.contactPointId);
}

/** Either side ends it: the colleague, whoever asked them in, the owner, an administrator. */
export async function endDiscussionWith(
  ctx: Context,
  caller: Acting,
  conversationId: string,
  personId: string,
): Promise<void> {
  const actor = actorOf(caller);
  await inTransaction(ctx, async (tx) => {
    const { id } = await accessConversation(tx, caller, conversationId);
    const hints = createHints();
    const row = await lockForChange(tx, ctx, id, await loadSettings(tx), hints);
    const found = isUuid(personId) ? await discussionOf(tx, id, personId) : undefined;
    if (found === undefined) throw notFound('discussion');
    const own = found.person.id === actor.id || found.invitedBy === actor.id;
    const refused = own ? null : notTheirs(row, actor);
    if (refused !== null) changeOf(refused);
    await endDiscussion(tx, id, found.person.id, ctx.clock());
    await leaveTrace(tx, ctx, id, [{ kind: 'discussion-ended', subject: found.person }], byOf(actor), null);
    hints.conversation(id, row.contactPointId);
    hints.left(id, [found.person.id]);
    await hints.send(tx);
  });
}
