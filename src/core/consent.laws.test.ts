import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Act, type ConsentView, type Fact, foldConsent } from './consent.ts';
import { PURPOSES, type Purpose } from './purpose.ts';

/**
 * Laws of the fold, over worlds as they happen: we ask, record and merge by our clock with the ledger before us; the
 * customer acts by WhatsApp's clock of whole seconds, often within one, and their acts reach the ledger in any order
 * until we act again.
 */

const START = 1_780_000_000_000;
const DAY = 86_400;

/** Something that happened, before the ledger numbers it. `hold` is the index of the hold it settles. */
interface Happening {
  act: Act;
  at: number;
  ours: boolean;
  chain: string;
  hold?: number;
}

interface Line {
  fact: Fact;
  /** Which happening it is. */
  index: number;
}

const KINDS = [
  'ask',
  'ask',
  'tap',
  'tap',
  'answer',
  'answer',
  'stop',
  'start',
  'phrase',
  'hold',
  'release',
  'settle-hold',
  'record',
  'platform',
  'signup',
  'crm',
  'expire',
  'fail',
  'merge',
] as const;

const stepArb = fc.record({
  kind: fc.constantFrom(...KINDS),
  gap: fc.constantFrom(0, 0, 0, 1, 1, 2, 40, 3_600, DAY, 31 * DAY),
  pick: fc.nat(99),
  other: fc.nat(99),
  yes: fc.boolean(),
  purpose: fc.constantFrom<Purpose>(...PURPOSES),
  both: fc.boolean(),
});
type Step = typeof stepArb extends fc.Arbitrary<infer T> ? T : never;

const of = <T>(list: readonly T[], pick: number): T | undefined => list[pick % Math.max(1, list.length)];

/** What the steps come to, in the order in which it happened. A step that has nothing to refer to falls away. */
function happenings(steps: readonly Step[]): Happening[] {
  const world: Happening[] = [];
  const asked: string[] = [];
  const holds: number[] = [];
  let clock = START;
  let merged = false;
  for (const { kind, gap, pick, other, yes, purpose, both } of steps) {
    clock += gap * 1000;
    const purposes: Purpose[] = both ? [...PURPOSES] : [purpose];
    const chain = merged || pick % 4 > 0 ? 'a' : 'b';
    const meaning = yes ? 'yes' : 'no';
    const theirs = (act: Act): void => void world.push({ act, at: clock, ours: false, chain });
    const ours = (act: Act, hold?: number): void =>
      void world.push({ act, at: clock + 437, ours: true, chain, ...(hold === undefined ? {} : { hold }) });
    const request = of(asked, pick);
    const hold = of(holds, pick);
    switch (kind) {
      case 'ask':
        asked.push(`r${asked.length}`);
        ours({
          act: 'requested',
          purpose,
          requestId: `r${asked.length - 1}`,
          knowsSeq: 0,
          afterRefusal: yes,
        });
        break;
      case 'tap':
        if (request !== undefined) theirs({ act: 'button', requestId: request, meaning });
        break;
      case 'answer': {
        const named = [of(asked, pick) ?? null, of(asked, other) ?? null];
        const [first = null, second = null] = named;
        if (first !== null)
          theirs({
            act: 'answer',
            meaning,
            quotes: other % 3 === 0 ? first : null,
            follows: other % 3 === 1 ? first : null,
            labelOf: other % 2 === 0 ? second : null,
          });
        break;
      }
      case 'stop':
        theirs({ act: 'stop-word', purposes });
        break;
      case 'start':
        theirs({ act: 'start-word' });
        break;
      case 'phrase':
        theirs({ act: 'refusal-phrase', purposes });
        break;
      case 'hold':
        holds.push(world.length);
        theirs({ act: 'hold', purposes });
        break;
      case 'release':
        if (hold !== undefined) ours({ act: 'released', holdSeq: 0, holdChain: '' }, hold);
        break;
      case 'settle-hold':
        if (hold !== undefined)
          ours({ act: 'recorded', decision: 'denied', purposes, knowsSeq: 0, holdSeq: 0 }, hold);
        break;
      case 'record':
        ours({ act: 'recorded', decision: yes ? 'granted' : 'denied', purposes, knowsSeq: 0, holdSeq: null });
        break;
      case 'platform':
        theirs({ act: 'platform', value: yes ? 'resume' : 'stop' });
        break;
      case 'signup':
        theirs({ act: 'signup' });
        break;
      case 'crm': {
        const value = other % 5 === 0 ? null : yes;
        ours({
          act: 'crm',
          purpose,
          value,
          firstSight: other % 2 === 0,
          record: `c/${pick % 2}`,
          knowsSeq: 0,
        });
        break;
      }
      case 'expire':
        ours({ act: 'expired', purposes, ...(yes ? { days: 1 } : {}) });
        break;
      case 'fail':
        if (request !== undefined) ours({ act: 'request-failed', requestId: request });
        break;
      case 'merge':
        if (!merged) {
          const act: Act = { act: 'merged', denied: yes ? [] : purposes, otherChain: 'b', otherSeq: 0 };
          world.push({ act, at: clock, ours: true, chain: 'a' });
          merged = true;
        }
        break;
    }
  }
  return world;
}

/** The ledger after everything arrived: what the customer did between two of our acts, in the order of the keys. */
function ledger(world: readonly Happening[], keys: readonly number[] = []): Line[] {
  const order: { one: Happening; index: number }[] = [];
  let waiting: { one: Happening; index: number }[] = [];
  const arrive = (): void => {
    order.push(...waiting.sort((a, b) => (keys[a.index] ?? 0) - (keys[b.index] ?? 0) || a.index - b.index));
    waiting = [];
  };
  for (const [index, one] of world.entries()) {
    if (one.ours) arrive();
    if (one.ours) order.push({ one, index });
    else waiting.push({ one, index });
  }
  arrive();
  const last = new Map<string, number>();
  const lines: Line[] = [];
  for (const { one, index } of order) {
    const known = last.get(one.chain) ?? 0;
    last.set(one.chain, known + 1);
    const hold = lines.find((line) => line.index === one.hold)?.fact;
    const act: Act = {
      ...one.act,
      ...('knowsSeq' in one.act ? { knowsSeq: known } : {}),
      ...('otherSeq' in one.act ? { otherSeq: last.get('b') ?? 0 } : {}),
      ...(hold === undefined ? {} : { holdSeq: hold.seq, holdChain: hold.chain }),
    };
    lines.push({ fact: { ...act, chain: one.chain, seq: known + 1, at: one.at }, index });
  }
  return lines;
}

const worldArb = fc.array(stepArb, { maxLength: 16 }).map(happenings);
const keysArb = fc.array(fc.nat(99), { minLength: 20, maxLength: 20 });
const purposeArb = fc.constantFrom<Purpose>(...PURPOSES);
const factsOf = (world: readonly Happening[]): Fact[] => ledger(world).map((line) => line.fact);
const endOf = (world: readonly Happening[]): number => Math.max(START, ...world.map((one) => one.at));

function fold(facts: readonly Fact[], purpose: Purpose): ConsentView {
  const now = Math.max(START, ...facts.map((fact) => fact.at)) + 1000;
  return foldConsent(facts, purpose, { now, requestOpenDays: 30 });
}

/** The view without the numbers that the ledger happened to give. */
function said(lines: readonly Line[], purpose: Purpose) {
  const {
    verdicts,
    requests,
    openRequest,
    onHold,
    decidedBy: _,
    ...view
  } = fold(
    lines.map((l) => l.fact),
    purpose,
  );
  const meaning = lines
    .map(({ fact, index }) => [index, verdicts.get(`${fact.chain}/${fact.seq}`)] as const)
    .sort(([a], [b]) => a - b);
  const flags = requests.map((r) => [r.requestId, r.failed, r.answered, r.settled]);
  return { ...view, meaning, flags, open: openRequest?.requestId, heldSince: onHold?.since };
}

const law = (name: string, property: fc.IRawProperty<unknown>): void =>
  test(name, () => fc.assert(property, { numRuns: 800 }));

describe('order', () => {
  law(
    'the order in which the ledger is read does not matter',
    fc.property(worldArb, keysArb, purposeArb, (world, keys, purpose) => {
      const lines = ledger(world);
      const shuffled = lines
        .map((line, index) => ({ line, key: keys[index] ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ line }) => line);
      expect(said(shuffled, purpose)).toEqual(said(lines, purpose));
    }),
  );

  law(
    'the order in which the customer’s acts arrive between two of ours does not matter, ties included',
    fc.property(worldArb, keysArb, purposeArb, (world, keys, purpose) => {
      expect(said(ledger(world, keys), purpose)).toEqual(said(ledger(world), purpose));
    }),
  );

  law(
    'a line read twice is one line',
    fc.property(worldArb, purposeArb, (world, purpose) => {
      const facts = factsOf(world);
      expect(fold([...facts, ...facts], purpose)).toEqual(fold(facts, purpose));
    }),
  );

  law(
    'an act of the customer’s recorded twice changes nothing',
    fc.property(worldArb, fc.nat(20), purposeArb, (world, pick, purpose) => {
      const index = world.findIndex((one, i) => i >= pick && !one.ours && one.act.act !== 'hold');
      const again = world[index];
      if (again === undefined) return;
      const twice = [...world.slice(0, index + 1), { ...again }, ...world.slice(index + 1)].map((one) =>
        one.hold !== undefined && one.hold > index ? { ...one, hold: one.hold + 1 } : one,
      );
      const state = ({ state, decidedAt, source, onHold, openRequest, platformStopped }: ConsentView) => [
        state,
        decidedAt,
        source,
        onHold?.since,
        openRequest?.requestId,
        platformStopped,
      ];
      expect(state(fold(factsOf(twice), purpose))).toEqual(state(fold(factsOf(world), purpose)));
    }),
  );
});

/** Every way to refuse a purpose, as the newest act. */
function refusalsOf(world: readonly Happening[], purpose: Purpose): Happening[] {
  const at = Math.floor(endOf(world) / 1000) * 1000;
  const asked = world.flatMap(({ act }) =>
    act.act === 'requested' && act.purpose === purpose ? [act.requestId] : [],
  );
  const theirs = (act: Act): Happening => ({ act, at, ours: false, chain: 'a' });
  const ours = (act: Act): Happening => ({ act, at: at + 437, ours: true, chain: 'a' });
  return [
    theirs({ act: 'stop-word', purposes: [purpose] }),
    theirs({ act: 'refusal-phrase', purposes: [purpose] }),
    ours({ act: 'recorded', decision: 'denied', purposes: [purpose], knowsSeq: 0, holdSeq: null }),
    ours({ act: 'crm', purpose, value: false, firstSight: false, record: 'c/9', knowsSeq: 0 }),
    ours({ act: 'merged', denied: [purpose], otherChain: 'b', otherSeq: 0 }),
    ...asked.map((requestId) => theirs({ act: 'button', requestId, meaning: 'no' })),
  ];
}

describe('refusals', () => {
  law(
    'a refusal that is the newest act refuses, also in the second of everything else',
    fc.property(worldArb, fc.nat(99), purposeArb, (world, pick, purpose) => {
      const refusal = of(refusalsOf(world, purpose), pick);
      if (refusal === undefined) return;
      expect(fold(factsOf([...world, refusal]), purpose).state).toBe('denied');
    }),
  );

  law(
    'a request that failed takes no refusal back',
    fc.property(worldArb, purposeArb, fc.nat(99), (world, purpose, pick) => {
      const asked = world.flatMap(({ act }) => (act.act === 'requested' ? [act.requestId] : []));
      const requestId = of(asked, pick);
      if (requestId === undefined || fold(factsOf(world), purpose).state !== 'denied') return;
      const act: Act = { act: 'request-failed', requestId };
      const failure = { act, at: endOf(world) + 5_000, ours: true, chain: 'a' };
      expect(fold(factsOf([...world, failure]), purpose).state).toBe('denied');
    }),
  );

  law(
    'an old Yes never undoes a newer No',
    fc.property(worldArb, fc.nat(99), fc.nat(5), purposeArb, (world, pick, wait, purpose) => {
      const refusal = of(refusalsOf(world, purpose), pick);
      // What a merge stands for is older than the merge.
      if (refusal === undefined || refusal.act.act === 'merged') return;
      const own = refusal.act.act === 'button' ? refusal.act.requestId : null;
      const old = world.flatMap(({ act }) =>
        act.act === 'requested' && act.purpose === purpose && act.requestId !== own ? [act.requestId] : [],
      );
      const yeses = old.flatMap((requestId): Happening[] => {
        const late = { at: refusal.at - (refusal.at % 1000) + wait * 1000, ours: false, chain: 'a' };
        return [
          { ...late, act: { act: 'button', requestId, meaning: 'yes' } },
          {
            ...late,
            act: { act: 'answer', meaning: 'yes', quotes: requestId, follows: null, labelOf: null },
          },
          {
            ...late,
            act: { act: 'answer', meaning: 'yes', quotes: null, follows: requestId, labelOf: requestId },
          },
        ];
      });
      expect(fold(factsOf([...world, refusal, ...yeses]), purpose).state).toBe('denied');
    }),
  );

  law(
    'a Yes in the CRM never undoes a refusal of the customer’s',
    fc.property(worldArb, fc.boolean(), (world, firstSight) => {
      const before = fold(factsOf(world), 'service');
      const act: Act = {
        act: 'crm',
        purpose: 'service',
        value: true,
        firstSight,
        record: 'c/9',
        knowsSeq: 0,
      };
      const after = fold(
        factsOf([...world, { act, at: endOf(world) + 5_000, ours: true, chain: 'a' }]),
        'service',
      );
      if (before.refusedByCustomer) expect(after.state).toBe(before.state);
      else if (after.state === 'granted' && after.decidedAt === endOf(world) + 5_000)
        expect(after.source).toBe('crm-unproven');
    }),
  );

  law(
    'a hold decides nothing and lifts no other hold',
    fc.property(worldArb, fc.nat(20), fc.boolean(), purposeArb, (world, pick, both, purpose) => {
      const purposes: Purpose[] = both ? [...PURPOSES] : [purpose];
      const facts = factsOf(world);
      const at = START + pick * 1000;
      const held = fold([...facts, { act: 'hold', purposes, chain: 'h', seq: 1, at }], purpose);
      const { onHold, verdicts: _, ...rest } = held;
      const { onHold: before, verdicts: __, ...was } = fold(facts, purpose);
      expect(rest).toEqual(was);
      if (before !== null) expect(onHold).not.toBeNull();
    }),
  );
});

describe('holds', () => {
  /** One is held, one agrees, often the other; then they turn out to be one. */
  const joinedArb = fc
    .tuple(
      fc.array(stepArb, { maxLength: 4 }),
      fc.tuple(stepArb, stepArb, stepArb, stepArb),
      fc.tuple(fc.nat(1), fc.nat(1)),
      fc.array(stepArb, { maxLength: 3 }),
    )
    .map(([before, [hold, grant, between, merge], [held, granted], after]): Step[] => [
      ...before,
      { ...hold, kind: 'hold', pick: held, both: true },
      { ...grant, kind: 'record', pick: granted, both: true, yes: true },
      between,
      { ...merge, kind: 'merge', yes: true },
      ...after,
    ])
    .map(happenings);

  law(
    'a hold in force that turns out a refusal refuses, whoever agreed and whatever was merged',
    fc.property(fc.oneof(worldArb, joinedArb), purposeArb, (world, purpose) => {
      const lines = ledger(world);
      const { onHold } = fold(
        lines.map((line) => line.fact),
        purpose,
      );
      if (onHold === null) return;
      const hold = lines.find(({ fact }) => fact.chain === onHold.chain && fact.seq === onHold.seq)?.index;
      if (hold === undefined) throw new Error('a hold is a line');
      const act: Act = { act: 'recorded', decision: 'denied', purposes: [purpose], knowsSeq: 0, holdSeq: 0 };
      const settled = [...world, { act, at: endOf(world) + 5_437, ours: true, chain: 'a', hold }];
      expect(fold(factsOf(settled), purpose).state).toBe('denied');
    }),
  );
});

/** What may open, and for which purpose (product.md §3.2, §3.3). */
function mayOpen(fact: Fact, purpose: Purpose, facts: readonly Fact[]): boolean {
  const request = (id: string | null) =>
    facts.find((f): f is Fact & { act: 'requested' } => f.act === 'requested' && f.requestId === id);
  switch (fact.act) {
    case 'button':
      return fact.meaning === 'yes' && request(fact.requestId)?.purpose === purpose;
    case 'answer': {
      const open = (id: string | null, seconds: number): boolean => {
        const asked = request(id);
        return asked?.purpose === purpose && fact.at < asked.at + seconds * 1000;
      };
      if (fact.meaning === 'no') return false;
      if (fact.quotes !== null) return open(fact.quotes, 30 * DAY);
      return open(fact.follows, DAY) || open(fact.labelOf, 30 * DAY);
    }
    case 'recorded':
      return fact.decision === 'granted' && fact.purposes.includes(purpose);
    case 'signup':
      return purpose === 'marketing';
    case 'crm':
      return fact.value === true && fact.purpose === 'service' && purpose === 'service';
    default:
      return false;
  }
}

describe('grants', () => {
  law(
    'nothing grants but what may, and the CRM only unproven',
    fc.property(worldArb, purposeArb, (world, purpose) => {
      const facts = factsOf(world);
      const view = fold(facts, purpose);
      const shut = fold(
        facts.filter((fact) => !mayOpen(fact, purpose, facts)),
        purpose,
      );
      expect(['granted', 'expired']).not.toContain(shut.state);
      if (view.state !== 'granted') return;
      const by = facts.find((fact) => `${fact.chain}/${fact.seq}` === view.decidedBy);
      expect(by !== undefined && mayOpen(by, purpose, facts)).toBe(true);
      expect(view.source === 'crm-unproven').toBe(by?.act === 'crm');
    }),
  );

  law(
    'START gives nothing that was not there without the stop word',
    fc.property(worldArb, purposeArb, (world, purpose) => {
      const facts = factsOf(world);
      if (fold(facts, purpose).state !== 'granted') return;
      const never = facts
        .filter((fact) => fact.act !== 'start-word' && fact.act !== 'stop-word')
        .map((fact) => (fact.act === 'merged' ? { ...fact, denied: [] } : fact));
      expect(fold(never, purpose).state).toBe('granted');
    }),
  );

  law(
    'after a stop word and START everything is as before',
    fc.property(worldArb, purposeArb, (world, purpose) => {
      const end = Math.floor(endOf(world) / 1000) * 1000 + 1000;
      const stop: Happening = {
        act: { act: 'stop-word', purposes: [...PURPOSES] },
        at: end,
        ours: false,
        chain: 'a',
      };
      const start: Happening = { act: { act: 'start-word' }, at: end + 1000, ours: false, chain: 'a' };
      const { verdicts: _, ...after } = fold(factsOf([...world, stop, start]), purpose);
      // Earlier stop words of the customer's are taken back as well, so compare with a START alone.
      const { verdicts: __, ...without } = fold(factsOf([...world, start]), purpose);
      expect(after).toEqual(without);
    }),
  );
});

describe('purposes', () => {
  /** Says nothing of this purpose. Requests stay: words right after another purpose's question answer that one. */
  function isForeign(fact: Fact, purpose: Purpose, facts: readonly Fact[]): boolean {
    const about = (id: string | null): boolean =>
      id !== null && facts.some((f) => f.act === 'requested' && f.requestId === id && f.purpose === purpose);
    switch (fact.act) {
      case 'crm':
        return fact.purpose !== purpose;
      case 'button':
        return !about(fact.requestId);
      case 'answer':
        return fact.quotes === null ? ![fact.follows, fact.labelOf].some(about) : !about(fact.quotes);
      case 'stop-word':
      case 'refusal-phrase':
      case 'hold':
      case 'recorded':
      case 'expired':
        return !fact.purposes.includes(purpose);
      case 'platform':
      case 'signup':
        return purpose === 'service';
      default:
        return false;
    }
  }

  law(
    'what speaks of one purpose never reaches the other',
    fc.property(worldArb, purposeArb, (world, purpose) => {
      const facts = factsOf(world);
      const { verdicts: _, ...all } = fold(facts, purpose);
      const own = facts.filter((fact) => !isForeign(fact, purpose, facts));
      const now = Math.max(START, ...facts.map((fact) => fact.at)) + 1000;
      const { verdicts: __, ...alone } = foldConsent(own, purpose, { now, requestOpenDays: 30 });
      expect(alone).toEqual(all);
    }),
  );
});

describe('whatever stands in a ledger', () => {
  const purposesArb = fc.subarray<Purpose>([...PURPOSES]);
  const idArb = fc.constantFrom('r0', 'r1', 'r2');
  const nameArb = fc.option(idArb, { nil: null });
  const seqArb = fc.integer({ min: -2, max: 6 });
  const chainArb = fc.constantFrom('a', 'b', 'c');
  const meaningArb = fc.constantFrom<'yes' | 'no'>('yes', 'no');
  const actArb: fc.Arbitrary<Act> = fc.oneof(
    fc.record({
      act: fc.constant('requested' as const),
      purpose: purposeArb,
      requestId: idArb,
      knowsSeq: seqArb,
      afterRefusal: fc.boolean(),
    }),
    fc.record({ act: fc.constant('button' as const), requestId: idArb, meaning: meaningArb }),
    fc.record({
      act: fc.constant('answer' as const),
      meaning: meaningArb,
      quotes: nameArb,
      follows: nameArb,
      labelOf: nameArb,
      alsoLabelOf: fc.array(idArb, { maxLength: 3 }),
    }),
    fc.record({
      act: fc.constantFrom(
        'stop-word' as const,
        'refusal-phrase' as const,
        'hold' as const,
        'expired' as const,
      ),
      purposes: purposesArb,
    }),
    fc.record({
      act: fc.constantFrom(
        'start-word' as const,
        'signup' as const,
        'linked' as const,
        'renumbered' as const,
        'written-in-app' as const,
        'erased' as const,
      ),
    }),
    fc.record({ act: fc.constant('released' as const), holdSeq: seqArb, holdChain: chainArb }),
    fc.record({
      act: fc.constant('recorded' as const),
      decision: fc.constantFrom<'granted' | 'denied'>('granted', 'denied'),
      purposes: purposesArb,
      knowsSeq: seqArb,
      holdSeq: fc.option(seqArb, { nil: null }),
    }),
    fc.record({
      act: fc.constant('merged' as const),
      denied: purposesArb,
      otherChain: chainArb,
      otherSeq: seqArb,
    }),
  );
  const factArb: fc.Arbitrary<Fact> = fc
    .tuple(actArb, chainArb, seqArb, fc.integer({ min: -5_000, max: 5_000 }))
    .map(([act, chain, seq, at]) => ({ ...act, chain, seq, at }));

  law(
    'there is an answer, and a decision names its line',
    fc.property(fc.array(factArb, { maxLength: 30 }), purposeArb, (facts, purpose) => {
      const view = foldConsent(facts, purpose, { now: 5_000, requestOpenDays: 30 });
      const decided = ['granted', 'denied', 'expired'].includes(view.state);
      expect(view.decidedBy !== null).toBe(decided);
      if (decided) expect(facts.map((fact) => `${fact.chain}/${fact.seq}`)).toContain(view.decidedBy);
    }),
  );
});
