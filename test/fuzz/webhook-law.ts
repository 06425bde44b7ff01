import { parseWebhook } from '../../src/adapters/whatsapp-cloud/parse-webhook.ts';

/** What must hold of every webhook that is JSON, whatever it says. Throws where it does not. */
export function holdsOfWebhook(body: unknown): void {
  const read = parseWebhook(body);
  if (read.length === 0) throw new Error('it was passed over');
  for (const { update, raw } of read) {
    if (update.eventKey === '') throw new Error('an update without a key');
    if (!Number.isFinite(update.at)) throw new Error(`an update at ${update.at}`);
    const kept = JSON.stringify([update, raw]);
    if (!kept.isWellFormed() || kept.includes('\\u0000') || /\\ud[89a-f]/.test(kept))
      throw new Error('what PostgreSQL cannot keep');
    if (update.kind === 'unknown' && update.reason.startsWith('could not be read'))
      throw new Error(update.reason);
  }
}
