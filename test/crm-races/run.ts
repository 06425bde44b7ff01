import type { LedgerReport } from '../../src/actions/verify-ledger.ts';
import { verifyLedger } from '../../src/actions/verify-ledger.ts';
import { type Arena, openArena, type Tally } from './race.ts';

/** Many races, a fresh organisation and database to every so many. */
const RACES_PER_ARENA = 50;
/** What Dataverse takes of one user: in any 300 s, and at once. */
const MOST_REQUESTS = 6_000;
const MOST_CONCURRENT = 52;

export interface Told {
  tally: Tally;
  faults: LedgerReport['faults'];
  peak: { requests: number; concurrent: number; refused: number };
}

/** Throws with the seed and everything that happened where one of them ends wrong. */
export async function runRaces(races: number, seed: number): Promise<Told> {
  const tally: Tally = { acts: 0, inTheMiddle: 0, requests: 0, cuts: 0, kills: 0, checks: 0 };
  const peak = { requests: 0, concurrent: 0, refused: 0 };
  const faults: LedgerReport['faults'] = [];
  for (let first = 0; first < races; first += RACES_PER_ARENA) {
    const arena = await openArena();
    try {
      for (let n = first; n < Math.min(races, first + RACES_PER_ARENA); n += 1)
        add(tally, await arena.race(seed + n));
      faults.push(...(await verifyLedger(arena.party.node().ctx)).faults);
      const seen = peakOf(arena);
      for (const name of ['requests', 'concurrent', 'refused'] as const)
        peak[name] = Math.max(peak[name], seen[name]);
    } finally {
      await arena.close();
    }
  }
  return { tally, faults, peak };
}

function peakOf(arena: Arena): Told['peak'] {
  const peak = arena.party.crm.emulator.peak();
  if (peak.requests > MOST_REQUESTS || peak.concurrent > MOST_CONCURRENT || peak.refused > 0)
    throw new Error(`more was asked of the organisation than it takes: ${JSON.stringify(peak)}`);
  return peak;
}

function add(sum: Tally, one: Tally): void {
  for (const name of ['acts', 'inTheMiddle', 'requests', 'cuts', 'kills', 'checks'] as const)
    sum[name] += one[name];
}
