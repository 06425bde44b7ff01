import type { WhatsAppTemplateOut } from '../../src/http/schemas/templates.ts';
import english from '../i18n/en/words.ts';
import { translate } from '../i18n/i18n.ts';

const { meta } = english.configuration;

/** Meta writes UTILITY; people read Utility. */
export function categoryWord(category: string): string {
  return isKey(meta.category, category)
    ? translate(`configuration:meta.category.${category}`)
    : sentenceCase(category);
}

/** PENDING_DELETION → "Pending deletion" */
export function statusWord(status: string): string {
  return isKey(meta.status, status) ? translate(`configuration:meta.status.${status}`) : sentenceCase(status);
}

/** Of a template: Meta's GREEN is what its own pages call High. */
export function qualityWord(quality: string): string {
  return isKey(meta.quality, quality)
    ? translate(`configuration:meta.quality.${quality}`)
    : sentenceCase(quality);
}

/** How Meta says the business number stands. */
export function channelWord(status: string): string {
  return isKey(meta.channel, status)
    ? translate(`configuration:meta.channel.${status}`)
    : sentenceCase(status);
}

/** A word that Meta added since is better than none. */
function sentenceCase(word: string): string {
  const lower = word.toLowerCase().replaceAll('_', ' ');
  return lower.charAt(0).toUpperCase() + lower.slice(1);
}

function isKey<Words extends object>(words: Words, key: string): key is keyof Words & string {
  return Object.hasOwn(words, key);
}

export function isApproved({ status }: WhatsAppTemplateOut): boolean {
  return status.toUpperCase() === 'APPROVED';
}
