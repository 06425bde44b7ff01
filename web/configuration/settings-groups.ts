import type { Settings } from '../../src/http/schemas/administration.ts';

type NumberKey = { [K in keyof Settings]: Settings[K] extends number | null ? K : never }[keyof Settings];

export type NumberSetting = {
  key: NumberKey;
  label: string;
  hint: string;
  /** What the number counts. */
  unit: string;
  /** What "no limit" is called, where it may be chosen. */
  noLimit?: string;
  /** The value a person starts from when taking "no limit" away. */
  start: number;
};

/** Numbers of how often customers may be asked (product.md §3.5). */
export const askLimits: NumberSetting[] = [
  {
    key: 'askUnansweredPerDay',
    label: 'Requests in 24 hours while the customer has not answered',
    hint: 'How many consent requests one customer may get in any 24 hours.',
    unit: 'requests',
    noLimit: 'No limit',
    start: 1,
  },
  {
    key: 'askUnansweredPer30Days',
    label: 'Requests in 30 days while the customer has not answered',
    hint: 'Three unanswered requests are as a rule an answer.',
    unit: 'requests',
    noLimit: 'No limit',
    start: 3,
  },
  {
    key: 'askAfterRefusalPerDay',
    label: 'Requests in 24 hours after a refusal',
    hint: 'The first request after a refusal may go at once, with the agent’s confirmation; this limits the ones that follow.',
    unit: 'requests',
    noLimit: 'No limit',
    start: 1,
  },
  {
    key: 'askAfterRefusalPer90Days',
    label: 'Requests in 90 days after a refusal',
    hint: 'Asking on and on after a No can itself be unlawful.',
    unit: 'requests',
    noLimit: 'No limit',
    start: 3,
  },
];

export const answerLimits: NumberSetting[] = [
  {
    key: 'requestOpenDays',
    label: 'A request stays open for',
    hint: 'A typed answer counts only while a request is open. Its buttons keep counting after that.',
    unit: 'days',
    start: 30,
  },
  {
    key: 'holdDays',
    label: 'A held message becomes a refusal after',
    hint: 'A message that reads like a refusal is held until somebody decides. Undecided, it is a refusal after this time.',
    unit: 'days',
    start: 10,
  },
  {
    key: 'serviceExpiresDays',
    label: 'Consent to messages expires after',
    hint: 'Then the Compliance Field is emptied and the customer must be asked again.',
    unit: 'days',
    noLimit: 'Never expires',
    start: 730,
  },
  {
    key: 'marketingExpiresDays',
    label: 'Consent to marketing expires after',
    hint: 'The same for the marketing decision.',
    unit: 'days',
    noLimit: 'Never expires',
    start: 365,
  },
];

export const storageLimits: NumberSetting[] = [
  {
    key: 'rawWebhookDays',
    label: 'Keep raw webhooks for',
    hint: 'What WhatsApp sent, byte for byte, to look into problems and to play it again. The ledger is kept apart and stays.',
    unit: 'days',
    start: 30,
  },
];
