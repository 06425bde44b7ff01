import type { Settings } from '../../src/http/schemas/administration.ts';
import type english from '../i18n/en/words.ts';

type NumberKey = { [K in keyof Settings]: Settings[K] extends number | null ? K : never }[keyof Settings];

/** Label and hint stand under `settings.numbers` of i18n/en/configuration.json. */
export type NumberSetting = {
  key: NumberKey & keyof (typeof english)['configuration']['settings']['numbers'];
  /** What the number counts. */
  unit: 'requests' | 'days' | 'hours' | 'minutes';
  /** What "no limit" is called, where it may be chosen. */
  noLimit?: 'noLimit' | 'neverExpires' | 'onlyAdministrators' | 'neverByItself' | 'noReminder';
  /** The least it may be; what 0 means stands in the hint. */
  least: 0 | 1;
  /** The value a person starts from when taking "no limit" away. */
  start: number;
};

/** Numbers of how often customers may be asked (product.md §3.5). */
export const askLimits: NumberSetting[] = [
  {
    key: 'askUnansweredPerDay',
    unit: 'requests',
    noLimit: 'noLimit',
    least: 0,
    start: 1,
  },
  {
    key: 'askUnansweredPer30Days',
    unit: 'requests',
    noLimit: 'noLimit',
    least: 0,
    start: 3,
  },
  {
    key: 'askAfterRefusalPerDay',
    unit: 'requests',
    noLimit: 'noLimit',
    least: 0,
    start: 1,
  },
  {
    key: 'askAfterRefusalPer90Days',
    unit: 'requests',
    noLimit: 'noLimit',
    least: 0,
    start: 3,
  },
];

export const answerLimits: NumberSetting[] = [
  {
    key: 'requestOpenDays',
    unit: 'days',
    least: 1,
    start: 30,
  },
  {
    key: 'holdDays',
    unit: 'days',
    least: 1,
    start: 10,
  },
  {
    key: 'serviceExpiresDays',
    unit: 'days',
    noLimit: 'neverExpires',
    least: 1,
    start: 730,
  },
  {
    key: 'marketingExpiresDays',
    unit: 'days',
    noLimit: 'neverExpires',
    least: 1,
    start: 365,
  },
];

/** Who answers: how long an offer stands, when a colleague may take over, when a conversation closes. */
export const ownershipLimits: NumberSetting[] = [
  {
    key: 'assignmentMinutes',
    unit: 'minutes',
    noLimit: 'noLimit',
    least: 1,
    start: 10,
  },
  {
    key: 'takeOverMinutes',
    unit: 'minutes',
    noLimit: 'onlyAdministrators',
    least: 1,
    start: 30,
  },
  {
    key: 'closeAfterHours',
    unit: 'hours',
    noLimit: 'neverByItself',
    least: 1,
    start: 24,
  },
];

export const reminderLimits: NumberSetting[] = [
  {
    key: 'waitingReminderMinutes',
    unit: 'minutes',
    noLimit: 'noReminder',
    least: 1,
    start: 10,
  },
  {
    key: 'windowReminderMinutes',
    unit: 'minutes',
    noLimit: 'noReminder',
    least: 1,
    start: 60,
  },
];

export const storageLimits: NumberSetting[] = [
  {
    key: 'messageSearchDays',
    unit: 'days',
    least: 1,
    start: 30,
  },
  {
    key: 'rawWebhookDays',
    unit: 'days',
    least: 1,
    start: 30,
  },
];
