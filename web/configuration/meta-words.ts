import type { WhatsAppTemplateOut } from '../../src/http/schemas/templates.ts';

/** Meta writes UTILITY; people read Utility. */
export function categoryWord(category: string): string {
  return sentenceCase(category);
}

/** PENDING_DELETION → "Pending deletion" */
export function statusWord(status: string): string {
  return sentenceCase(status);
}

function sentenceCase(word: string): string {
  const lower = word.toLowerCase().replaceAll('_', ' ');
  return lower.charAt(0).toUpperCase() + lower.slice(1);
}

export function isApproved({ status }: WhatsAppTemplateOut): boolean {
  return status.toUpperCase() === 'APPROVED';
}
