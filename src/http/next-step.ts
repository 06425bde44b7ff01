import type { ErrorAdvice } from '../ports.ts';
import type { MessageOut } from './schemas/chat.ts';

/** What a person does next about a message that did not leave; undefined where it did. */
export type NextStep = NonNullable<MessageOut['nextStep']>;

const OF_ADVICE: Record<ErrorAdvice, NextStep> = {
  retry: 'send-again',
  'upload-again': 'send-again',
  'wait-24h': 'wait',
  'use-template': 'another-template',
  'stop-template': 'another-template',
  // Somebody else has to mend the number or the account first.
  'stop-channel': 'wait',
  never: 'none',
};

/** Reasons of ours: the gate's codes, and what can go wrong with a file. */
const OF_CODE: Record<string, NextStep> = {
  'consent-denied': 'ask-for-consent',
  'consent-needed': 'ask-for-consent',
  'consent-expired': 'ask-for-consent',
  'consent-on-hold': 'ask-for-consent',
  'marketing-consent-needed': 'ask-for-consent',
  'service-window-closed': 'another-template',
  'template-not-published': 'another-template',
  'template-waiting': 'another-template',
  'template-paused': 'another-template',
  'template-of-another-record-type': 'another-template',
  'template-variable-missing': 'another-template',
  'asked-too-recently': 'wait',
  'ask-limit-reached': 'wait',
  'channel-disconnected': 'wait',
  'crm-unreachable': 'wait',
  'media-upload-failed': 'send-again',
  'not-sent': 'send-again',
};

/** Faults of one template or its values: another one may go. */
const TEMPLATE_FAULT = /^whatsapp-132\d{3}$/;

export function nextStepOf(
  status: string,
  reason: string | null,
  advise: (code: number) => ErrorAdvice,
): NextStep | undefined {
  if (status !== 'failed' && status !== 'cancelled') return undefined;
  if (reason === null) return 'none';
  if (TEMPLATE_FAULT.test(reason)) return 'another-template';
  const code = /^whatsapp-(\d+)$/.exec(reason)?.[1];
  return code === undefined ? (OF_CODE[reason] ?? 'none') : OF_ADVICE[advise(Number(code))];
}
