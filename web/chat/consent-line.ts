import type { z } from 'zod';
import type { LedgerLineOut } from '../../src/http/schemas/consent.ts';
import { translate } from '../i18n/i18n.ts';
import { historyText } from '../i18n/server-text.ts';
import { type ConsentTone, toneOf } from '../ui/consent-tone.ts';

type LedgerLine = z.infer<typeof LedgerLineOut>;

/** What a consent event means in the thread: one sentence, and how it weighs. */
export type ConsentSentence = { text: string; tone: ConsentTone };

/** What a customer does; the ledger's summary of these starts with the verb. The rest we, or WhatsApp, did. */
const CUSTOMER_ACTS = new Set([
  'button',
  'answer',
  'stop-word',
  'start-word',
  'refusal-phrase',
  'platform',
  'signup',
]);

/**
 * One ledger line as a sentence: `The customer refused: tapped “No, Thank You”`. It names nobody: a name of today, of a record
 * that came later, is not who refused then.
 */
export function consentSentence(line: LedgerLine): ConsentSentence {
  const told = historyText(line);
  return { text: CUSTOMER_ACTS.has(line.act) ? ofCustomer(told) : told, tone: toneOf(line.type) };
}

/** The line begins with what the customer did, in every language, and goes on in the sentence. */
const ofCustomer = (told: string): string =>
  translate('chat:ofCustomer', { line: told.charAt(0).toLowerCase() + told.slice(1) });
