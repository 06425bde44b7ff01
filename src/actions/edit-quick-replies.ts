import { QUICK_REPLY_VARIABLES, unknownVariables } from '../core/quick-reply.ts';
import type { Right } from '../core/rights.ts';
import { insertAudit } from '../db/organisation.ts';
import {
  deleteQuickReply,
  lockQuickReplies,
  type QuickReplyRow,
  readQuickReply,
  saveQuickReply,
} from '../db/quick-replies.ts';
import { isUuid } from '../db/rows.ts';
import { readTeam } from '../db/teams.ts';
import type { Context } from './context.ts';
import { notFound, Refusal } from './refusal.ts';
import { inTransaction } from './transaction.ts';

/** Who edits: a person, or a key, which has no quick replies of its own. */
export interface QuickReplyEditor {
  id: string;
  name: string;
  kind: 'person' | 'key';
  rights: ReadonlySet<Right>;
}

export interface QuickReplyChange {
  shortcut?: string | undefined;
  text?: string | undefined;
  personal?: boolean | undefined;
  team?: string | null | undefined;
}

/** One's own always; those that others use too with the right to manage templates. */
export function mayEdit(editor: QuickReplyEditor, row: Pick<QuickReplyRow, 'personId'>): boolean {
  return row.personId === null ? editor.rights.has('manage-templates') : row.personId === editor.id;
}

/**
 * Makes a quick reply, or changes the one with this id; what is not given stays.
 * @throws Refusal 422 for a variable that nothing fills, or a key's own; 404 for what is not there or somebody else's own;
 *   403 without the right; 409 for a shortcut that is taken
 */
export async function saveReply(
  ctx: Context,
  id: string | null,
  change: QuickReplyChange,
  editor: QuickReplyEditor,
): Promise<QuickReplyRow> {
  const unknown = unknownVariables(change.text ?? '');
  if (unknown.length > 0)
    throw new Refusal(
      422,
      'quick-reply-variable-unknown',
      `Nothing fills ${braced(unknown)}, and customers would read it so. These are filled: ${braced(QUICK_REPLY_VARIABLES)}.`,
    );
  return inTransaction(ctx, async (tx) => {
    await lockQuickReplies(tx);
    const before = id === null ? null : isUuid(id) ? await readQuickReply(tx, id) : null;
    // Somebody else's own does not exist for this person.
    if (id !== null && (before === null || hidden(before, editor))) throw notFound('quick reply');
    if (before !== null && !mayEdit(editor, before)) throw notAllowed();
    const personal = change.personal ?? before?.personId != null;
    if (personal && editor.kind === 'key')
      throw new Refusal(422, 'not-a-person', 'An API key has no quick replies of its own.');
    const teamId = personal ? null : change.team === undefined ? (before?.team?.id ?? null) : change.team;
    if (teamId !== null && (!isUuid(teamId) || (await readTeam(tx, teamId)) === null)) throw notFound('team');
    const personId = personal ? editor.id : null;
    if (!mayEdit(editor, { personId })) throw notAllowed();
    const row = {
      id: before?.id ?? ctx.make.id(),
      shortcut: change.shortcut ?? before?.shortcut ?? '',
      text: change.text ?? before?.text ?? '',
      teamId,
      personId,
      at: ctx.clock(),
    };
    if (!(await saveQuickReply(tx, row)))
      throw new Refusal(
        409,
        'shortcut-taken',
        `There is a quick reply “/${row.shortcut}” already. Take another shortcut.`,
      );
    const after = await readQuickReply(tx, row.id);
    if (after === null) throw new Error('a quick reply that was just saved is gone');
    // What is one's own is no administration.
    const shared = after.personId === null || (before !== null && before.personId === null);
    if (shared)
      await insertAudit(tx, {
        at: ctx.clock(),
        actor: editor.name,
        action: before === null ? 'quick-reply.create' : 'quick-reply.change',
        subject: after.id,
        before,
        after,
      });
    return after;
  });
}

export async function deleteReply(ctx: Context, id: string, editor: QuickReplyEditor): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await lockQuickReplies(tx);
    const row = isUuid(id) ? await readQuickReply(tx, id) : null;
    if (row === null || hidden(row, editor)) throw notFound('quick reply');
    if (!mayEdit(editor, row)) throw notAllowed();
    await deleteQuickReply(tx, row.id);
    if (row.personId !== null) return;
    await insertAudit(tx, {
      at: ctx.clock(),
      actor: editor.name,
      action: 'quick-reply.delete',
      subject: row.id,
      before: row,
      after: null,
    });
  });
}

const hidden = (row: QuickReplyRow, editor: QuickReplyEditor): boolean =>
  row.personId !== null && row.personId !== editor.id;

const notAllowed = (): Refusal =>
  new Refusal(
    403,
    'not-allowed',
    'Quick replies that others use too need the right “manage-templates”. Make one of your own instead.',
  );

const braced = (variables: readonly string[]): string => variables.map((one) => `{${one}}`).join(', ');
