import { chanceOf } from '../nodes.ts';
import { CRM_FAULTS, type CrmFault } from './crm.ts';

/** What one seed does to a running world; the same seed gives the same plan. */
export const FAULTS = [
  'kill-node',
  'pause-node',
  'kill-postgres',
  'restart-postgres',
  'fail-over',
  'cut-database',
  'hang-database',
  'full-disk',
  'cloud-cut-before',
  'cloud-cut-after',
  'cloud-hang',
  'cloud-slow-connect',
  'cloud-5xx',
  'cloud-429',
  'webhook-duplicate',
  'webhook-out-of-order',
  'webhook-late',
  'webhook-cut-after',
  'clock-jump',
] as const;
export type FaultKind = (typeof FAULTS)[number];

export interface PlannedFault {
  kind: FaultKind | CrmFault;
  /** From the beginning of the round, ms. */
  at: number;
  node: number;
  /** How long, or how many. */
  size: number;
}

/** What one customer does and is sent, in order. */
export interface Story {
  acts: { at: number; what: What }[];
}
export type What = 'text' | 'consent' | 'yes' | 'no' | 'stop' | 'talk';
const WHATS: What[] = ['text', 'text', 'text', 'consent', 'yes', 'no', 'talk'];

export interface Plan {
  seed: number;
  faults: PlannedFault[];
  stories: Story[];
}

/** `remote`: the CRM is one that can be away; it is what breaks in two of five. */
export function planOf(seed: number, long: boolean, remote: boolean): Plan {
  const chance = chanceOf(seed);
  const span = long ? 20_000 : 1_200;
  const some = (most: number): number => Math.floor(chance() * most);
  const pick = <T>(list: readonly T[], otherwise: T): T => list[some(list.length)] ?? otherwise;
  const kinds = remote ? [...FAULTS, ...CRM_FAULTS, ...CRM_FAULTS] : FAULTS;
  const faults = Array.from(
    { length: long ? 10 + some(6) : 2 + some(3) },
    (): PlannedFault => ({
      kind: pick(kinds, 'kill-node'),
      at: Math.floor(chance() * span),
      node: some(2),
      size: 1 + some(5),
    }),
  ).sort((a, b) => a.at - b.at);
  const stories = Array.from({ length: long ? 40 : 6 }, (): Story => {
    const words = 4 + some(6);
    const acts = Array.from({ length: words }, () => ({
      at: Math.floor(chance() * span),
      what: pick(WHATS, 'text'),
    })).sort((a, b) => a.at - b.at);
    if (chance() < 0.7) acts.push({ at: Math.floor(chance() * span), what: 'stop' });
    return { acts };
  });
  return { seed, faults, stories };
}

export const inWords = (plan: Plan): string =>
  `seed ${plan.seed}: ${plan.faults.map((one) => `${one.kind}@${one.at}${one.kind.endsWith('node') || one.kind === 'clock-jump' ? String.fromCharCode(65 + one.node) : ''}×${one.size}`).join(' ')}; ${plan.stories.length} customers`;
