import { stopAfter } from '../core/channel-stop.ts';
import type { Update } from '../core/update.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { readChannel, stopChannel } from '../db/organisation.ts';
import { updateWhatsAppTemplate } from '../db/templates.ts';
import type { Context } from './context.ts';
import type { Hints } from './live.ts';
import { rejudgeTemplates } from './rejudge-templates.ts';

/** Statuses that events of `message_template_status_update` leave a template in (Meta, webhooks reference). */
const STATUS_OF_EVENT: Record<string, string> = {
  APPROVED: 'APPROVED',
  REINSTATED: 'APPROVED',
  UNARCHIVED: 'APPROVED',
  REJECTED: 'REJECTED',
  PENDING: 'PENDING',
  PAUSED: 'PAUSED',
  DISABLED: 'DISABLED',
  IN_APPEAL: 'IN_APPEAL',
  LOCKED: 'PAUSED',
  LIMIT_EXCEEDED: 'LIMIT_EXCEEDED',
  ARCHIVED: 'ARCHIVED',
  PENDING_DELETION: 'PENDING_DELETION',
  DELETED: 'DELETED',
};

const REJUDGES: ReadonlySet<Update['kind']> = new Set([
  'template-status',
  'template-category',
  'template-components',
]);

/**
 * Templates, the account and the number. After a change of category, status or wording what is queued is judged again (TPL-3); an
 * impending category changes nothing yet and is shown (TPL-2).
 */
export async function applyChannelUpdate(
  tx: Tx,
  ctx: Context,
  update: Update,
  contacts: Map<string, ContactPoint>,
  hints: Hints,
): Promise<void> {
  switch (update.kind) {
    case 'template-status': {
      const status = STATUS_OF_EVENT[update.event];
      const known = await updateWhatsAppTemplate(tx, update.template.name, update.template.language, {
        ...(status === undefined ? {} : { status }),
        ...(update.category === undefined ? {} : { category: update.category }),
        toldAt: update.at,
      });
      if (!known) ctx.wake.templates();
      break;
    }
    case 'template-category':
      await updateWhatsAppTemplate(
        tx,
        update.template.name,
        update.template.language,
        update.phase === 'done'
          ? { category: update.current, impendingCategory: null, toldAt: update.at }
          : { impendingCategory: update.next ?? null, toldAt: update.at },
      );
      break;
    case 'template-quality':
      await updateWhatsAppTemplate(tx, update.template.name, update.template.language, {
        quality: update.quality,
      });
      break;
    case 'template-components':
      // The webhook tells that the wording changed, not to what in full: nothing leaves until that was asked for and read.
      await updateWhatsAppTemplate(tx, update.template.name, update.template.language, {
        componentsChangedAt: ctx.clock(),
      });
      ctx.wake.templates();
      break;
    case 'account': {
      const stopped = (await readChannel(tx, ctx.channel.phoneNumberId))?.stoppedReason ?? null;
      const after = stopAfter(stopped, update);
      if (after !== stopped) await stopChannel(tx, ctx.channel.id, after);
      break;
    }
    case 'phone-number':
      // It tells of limits and flags, of any number of the account: how ours stands is asked for.
      ctx.wake.templates();
      break;
    default:
      return;
  }
  if (REJUDGES.has(update.kind)) await rejudgeTemplates(tx, ctx, hints, contacts);
  hints.topic(update.kind.startsWith('template') ? 'template' : 'channel');
  ctx.wake.outbox();
}
