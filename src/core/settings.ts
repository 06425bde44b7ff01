import type { Purpose } from './purpose.ts';

/** The organisation's settings: each number of the asking rules, expiry, unknown numbers (product.md §3.5, §3.8). */
export interface Settings {
  askUnansweredPerDay: number | null;
  askUnansweredPer30Days: number | null;
  askAfterRefusalPerDay: number | null;
  askAfterRefusalPer90Days: number | null;
  countriesNoAskAfterRefusal: string[];
  requestOpenDays: number;
  holdDays: number;
  serviceExpiresDays: number | null;
  marketingExpiresDays: number | null;
  chatWithUnknown: boolean;
  unknownUnset: 'ask-first' | 'allow';
  unknownAskingBasis: 'customer-wrote' | 'existing-customer' | 'other';
  grantNeedsSecondPerson: boolean;
  holdContainsStopForUs: boolean;
  defaultLanguage: string;
  businessName: string;
  rawWebhookDays: number;
  assignmentMinutes: number | null;
  takeOverMinutes: number | null;
  returnToPreviousOwner: boolean;
  closeAfterHours: number | null;
  waitingReminderMinutes: number | null;
  windowReminderMinutes: number | null;
  messageSearchDays: number;
  timelineChats: boolean;
  timelineConsent: boolean;
  crmCompareHour: number | null;
}

export const DEFAULT_SETTINGS: Settings = {
  askUnansweredPerDay: 1,
  askUnansweredPer30Days: 3,
  askAfterRefusalPerDay: 1,
  askAfterRefusalPer90Days: 3,
  countriesNoAskAfterRefusal: [],
  requestOpenDays: 30,
  holdDays: 10,
  serviceExpiresDays: null,
  marketingExpiresDays: null,
  chatWithUnknown: true,
  unknownUnset: 'ask-first',
  unknownAskingBasis: 'customer-wrote',
  grantNeedsSecondPerson: false,
  holdContainsStopForUs: false,
  defaultLanguage: 'en',
  businessName: '',
  rawWebhookDays: 30,
  assignmentMinutes: 10,
  takeOverMinutes: 30,
  returnToPreviousOwner: true,
  closeAfterHours: 24,
  waitingReminderMinutes: 10,
  windowReminderMinutes: 60,
  messageSearchDays: 30,
  timelineChats: true,
  timelineConsent: true,
  crmCompareHour: 3,
};

/** After how many days a grant of this purpose counts no more; null for "never". */
export const expiresAfterDays = (
  settings: Pick<Settings, 'serviceExpiresDays' | 'marketingExpiresDays'>,
  purpose: Purpose,
): number | null => (purpose === 'service' ? settings.serviceExpiresDays : settings.marketingExpiresDays);
