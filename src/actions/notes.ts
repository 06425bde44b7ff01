import { clip } from '../core/clip.ts';
import { markOwnerActive } from '../db/ownership.ts';
import { insertTraces } from '../db/trace.ts';
import { accessConversation } from './access-conversation.ts';
import { type Acting, actorOf, byOf, lockForChange, tell } from './apply-ownership.ts';
import { findColleagues } from './colleagues.ts';
import type { Context } from './context.ts';
import { letIn } from './discuss.ts';
import { createHints } from './live.ts';
import { loadSettings } from './organisation.ts';
import { Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/** Characters of a note that its notification shows. */
const EXCERPT = 200;

/**
 * A private note, which the customer never sees. Whoever is mentioned is notified; one who does not see the conversation
 * is asked in by it. Answers the note's id.
 */
export async function writeNote(
  ctx: Context,
  caller: Acting,
  conversationId: string,
  note: { text: string; mentions: readonly string[] },
): Promise<string> {
  const actor = actorOf(caller);
  return inTransaction(ctx, async (tx) => {
    const { id } = await accessConversation(tx, caller, conversationId);
    const hints = createHints();
    const row = await lockForChange(tx, ctx, id, await loadSettings(tx), hints);
    const mentioned = await findColleagues(tx, [...new Set(note.mentions)]);
    const gone = mentioned.find((one) => !one.active);
    if (gone !== undefined)
      throw new Refusal(422, 'not-a-colleague', `${gone.name} does not work here any more.`);
    const noteId = ctx.make.id();
    await insertTraces(tx, [
      {
        id: noteId,
        conversationId: id,
        at: ctx.clock(),
        kind: 'note',
        actor: byOf(actor),
        subject: null,
        reason: null,
        text: note.text,
        mentions: mentioned.map((one) => one.id),
      },
    ]);
    const others = mentioned.filter((one) => one.id !== actor.id);
    for (const person of others) {
      const sees =
        person.role !== 'agent' ||
        person.teams.includes(row.team.id) ||
        [row.owner?.id, row.offer?.to.id, ...row.discussing].includes(person.id);
      if (!sees) await letIn(tx, ctx, row, person, { by: byOf(actor), reason: null, hints });
    }
    const excerpt = clip(note.text, EXCERPT);
    const telling = others.map((person) => ({
      kind: 'mentioned',
      person: person.id,
      by: actor.name,
      text: excerpt,
      reasonKey: `mentioned:${noteId}`,
    }));
    await tell(tx, ctx, id, telling, hints);
    if (actor.kind === 'person') await markOwnerActive(tx, id, actor.id, ctx.clock());
    hints.conversation(id, row.contactPointId);
    await hints.send(tx);
    return noteId;
  });
}
