import type { z } from 'zod';
import type { LedgerLineOut } from '../../src/http/schemas/consent.ts';

type LedgerLine = z.infer<typeof LedgerLineOut>;

/** What a consent event means in the thread: one sentence, and how it weighs. */
export type ConsentSentence = { text: string; tone: 'success' | 'danger' | 'warning' | 'informative' };

/** One ledger line as a sentence about the customer: `Ana refused: tapped "No, Thank You"`. */
export function consentSentence(line: LedgerLine, customer: string): ConsentSentence {
  const { lead, tone } = LEADS[line.type];
  const marketing = line.purposes.length === 1 && line.purposes[0] === 'marketing' ? ' (marketing)' : '';
  const detail = line.summary === '' ? '' : `: ${lowerFirst(line.summary)}`;
  return { text: `${lead.replace('{name}', () => customer)}${marketing}${detail}`, tone };
}

const LEADS: Record<LedgerLine['type'], { lead: string; tone: ConsentSentence['tone'] }> = {
  requested: { lead: '{name} was asked for consent', tone: 'informative' },
  'request-failed': { lead: 'The consent request did not reach {name}', tone: 'warning' },
  granted: { lead: '{name} agreed', tone: 'success' },
  denied: { lead: '{name} refused', tone: 'danger' },
  held: { lead: 'On hold: this may be a refusal by {name}', tone: 'warning' },
  released: { lead: 'The hold was lifted', tone: 'informative' },
  expired: { lead: 'The consent of {name} expired', tone: 'warning' },
  'platform-stopped': { lead: '{name} stopped marketing in WhatsApp', tone: 'danger' },
  'platform-resumed': { lead: '{name} allowed marketing again in WhatsApp', tone: 'informative' },
  'not-counted': { lead: 'An answer of {name} did not count', tone: 'warning' },
  'crm-observed': { lead: 'The CRM was changed', tone: 'informative' },
  linked: { lead: 'A record was linked', tone: 'informative' },
  merged: { lead: 'Two identities became one', tone: 'informative' },
  erased: { lead: 'Personal data was erased', tone: 'informative' },
};

/** A summary begins with a capital; after a colon it does not, unless the word is all capitals (`STOP`). */
function lowerFirst(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
