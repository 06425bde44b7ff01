import type { z } from 'zod';
import type { LedgerLineOut } from '../../src/http/schemas/consent.ts';

type LineType = z.infer<typeof LedgerLineOut>['type'];
export type ConsentTone = 'success' | 'danger' | 'warning' | 'informative';

/** How a line of the consent history weighs, wherever it is shown: what is not named only informs. */
const TONES: Partial<Record<LineType, ConsentTone>> = {
  granted: 'success',
  denied: 'danger',
  'platform-stopped': 'danger',
  'request-failed': 'warning',
  held: 'warning',
  expired: 'warning',
  'not-counted': 'warning',
};

export const toneOf = (type: LineType): ConsentTone => TONES[type] ?? 'informative';
