import { describe, expect, test } from 'vitest';
import {
  type Act,
  asOf,
  type ConsentView,
  type Fact,
  foldConsent,
  isOutrun,
  viewOfAll,
  viewOfRecord,
} from './consent.ts';
import type { Purpose } from './purpose.ts';

const NINE = Date.UTC(2026, 4, 12, 9);
const HOUR = 3_600;
const DAY = 24 * HOUR;
const BOTH: Purpose[] = ['service', 'marketing'];

/** One act at a second after nine; `knows` is filled in unless told, as the ledger does. */
type Step = [second: number, act: Act, where?: { chain: string } | undefined];

const at = (second: number, act: Act, where?: Step[2]): Step => [second, act, where];

/** Lines as they reach the ledger, in this order. */
function ledger(...steps: Step[]): Fact[] {
  const last = new Map<string, number>();
  return steps.map(([second, act, where]) => {
    const chain = where?.chain ?? 'a';
    const seq = (last.get(chain) ?? 0) + 1;
    last.set(chain, seq);
    const known = 'knowsSeq' in act && act.knowsSeq < 0 ? { ...act, knowsSeq: seq - 1 } : act;
    return { ...known, chain, seq, at: NINE + Math.round(second * 1000) };
  });
}

function fold(facts: readonly Fact[], purpose: Purpose = 'service', nowSecond = 90 * DAY): ConsentView {
  return foldConsent(facts, purpose, { now: NINE + nowSecond * 1000, requestOpenDays: 30 });
}

const ask = (requestId: string, purpose: Purpose = 'service', afterRefusal = false): Act => ({
  act: 'requested',
  purpose,
  requestId,
  knowsSeq: -1,
  afterRefusal,
});
const tap = (requestId: string, meaning: 'yes' | 'no'): Act => ({ act: 'button', requestId, meaning });
const says = (
  meaning: 'yes' | 'no',
  where: { quotes?: string; follows?: string; labelOf?: string; alsoLabelOf?: string[] },
): Act => ({ act: 'answer', meaning, quotes: null, follows: null, labelOf: null, ...where });
const stop: Act = { act: 'stop-word', purposes: BOTH };
const start: Act = { act: 'start-word' };
const inApp: Act = { act: 'written-in-app' };
const hold: Act = { act: 'hold', purposes: ['service'] };
const recorded = (
  decision: 'granted' | 'denied',
  holdSeq: number | null = null,
  purposes: Purpose[] = ['service'],
): Act => ({ act: 'recorded', decision, purposes, knowsSeq: -1, holdSeq, holdChain: 'a' });
const crm = (
  value: boolean | null,
  record = 'contact/1',
  firstSight = false,
  purpose: Purpose = 'service',
): Act => ({ act: 'crm', purpose, value, firstSight, record, knowsSeq: -1 });
const failed = (requestId: string): Act => ({ act: 'request-failed', requestId });

describe('buttons of a request', () => {
  test.each<[string, Step[], string, string | undefined]>([
    ['a Yes grants', [at(0, ask('r')), at(9, tap('r', 'yes'))], 'granted', 'granted'],
    ['a No refuses', [at(0, ask('r')), at(9, tap('r', 'no'))], 'denied', undefined],
    [
      'No, then Yes on the same request',
      [at(0, ask('r')), at(5, tap('r', 'no')), at(9, tap('r', 'yes'))],
      'granted',
      'granted',
    ],
    [
      'Yes, then No on the same request',
      [at(0, ask('r')), at(5, tap('r', 'yes')), at(9, tap('r', 'no'))],
      'denied',
      'granted',
    ],
    [
      'both in one second',
      [at(0, ask('r')), at(5, tap('r', 'no')), at(5, tap('r', 'yes'))],
      'denied',
      'granted',
    ],
    [
      'an old Yes after a stop word',
      [at(0, ask('r')), at(5, stop), at(9, tap('r', 'yes'))],
      'denied',
      'not-counted',
    ],
    [
      'an old Yes in the second of a stop word',
      [at(0, ask('r')), at(9, stop), at(9, tap('r', 'yes'))],
      'denied',
      'not-counted',
    ],
    [
      'an old Yes after a No to a newer request',
      [at(0, ask('r')), at(5, ask('s')), at(6, tap('s', 'no')), at(9, tap('r', 'yes'))],
      'denied',
      'not-counted',
    ],
    [
      'an old Yes after a No to an older request',
      [at(0, ask('q')), at(5, ask('r')), at(6, tap('q', 'no')), at(9, tap('r', 'yes'))],
      'denied',
      'not-counted',
    ],
    [
      'an old Yes after a recorded refusal',
      [at(0, ask('r')), at(5, recorded('denied')), at(9, tap('r', 'yes'))],
      'denied',
      'not-counted',
    ],
    [
      'an old Yes after a No set in the CRM',
      [at(0, ask('r')), at(5, crm(false)), at(9, tap('r', 'yes'))],
      'denied',
      'not-counted',
    ],
    [
      'a Yes to a request after the refusal',
      [at(0, stop), at(5, ask('r', 'service', true)), at(9, tap('r', 'yes'))],
      'granted',
      'granted',
    ],
    [
      'the same, refusal and request in one second',
      [at(5, stop), at(5, ask('r', 'service', true)), at(9, tap('r', 'yes'))],
      'granted',
      'granted',
    ],
    [
      'the same, WhatsApp’s clock ahead of ours',
      [at(7, stop), at(5, ask('r', 'service', true)), at(6, tap('r', 'yes'))],
      'granted',
      'granted',
    ],
    [
      'a stop word that came late, sent before the request',
      [at(5, ask('r')), at(3, stop), at(9, tap('r', 'yes'))],
      'granted',
      'granted',
    ],
    [
      'a stop word after the Yes, our clock ahead',
      [at(60, ask('r')), at(5, tap('r', 'yes')), at(7, stop)],
      'denied',
      'granted',
    ],
    [
      'a Yes after the request has closed',
      [at(0, ask('r')), at(40 * DAY, tap('r', 'yes'))],
      'granted',
      'granted',
    ],
    [
      'a Yes to a request that was thought failed',
      [at(0, ask('r')), at(1, failed('r')), at(9, tap('r', 'yes'))],
      'granted',
      'granted',
    ],
    [
      'an old Yes after a No to a newer request, our clock ahead',
      [at(60, ask('r')), at(70, ask('s')), at(45, tap('s', 'no')), at(50, tap('r', 'yes'))],
      'denied',
      'not-counted',
    ],
    [
      'a Yes in the second of a stop word, our clock ahead',
      [at(60, ask('r')), at(9, stop), at(9, tap('r', 'yes'))],
      'denied',
      'not-counted',
    ],
    ['a token of no request we know', [at(9, tap('x', 'yes'))], 'not-asked', undefined],
  ])('%s', (_name, steps, state, verdictOfYes) => {
    const facts = ledger(...steps);
    const view = fold(facts);
    const yes = facts.findLast((fact) => fact.act === 'button' && fact.meaning === 'yes');
    const verdict = yes === undefined ? undefined : view.verdicts.get(`a/${yes.seq}`);
    expect([view.state, verdict]).toEqual([state, verdictOfYes]);
  });

  test('a No always counts, of a request however old', () => {
    const facts = ledger(
      at(0, ask('r')),
      at(1, ask('s')),
      at(2, tap('s', 'yes')),
      at(80 * DAY, tap('r', 'no')),
    );
    expect(fold(facts)).toMatchObject({ state: 'denied', source: 'button', decidedOn: 'r' });
  });

  test('a No to a newer request comes after a grant that request knew, whatever the clocks say', () => {
    const facts = ledger(at(60, recorded('granted')), at(61, ask('r')), at(50, tap('r', 'no')));
    expect(fold(facts).state).toBe('denied');
  });

  test('an answer in one second with our later clock keeps the order of WhatsApp’s', () => {
    const facts = ledger(at(60, ask('r')), at(5, tap('r', 'no')), at(8, tap('r', 'yes')));
    expect(fold(facts).state).toBe('granted');
  });
});

describe('answers in words (rule 4)', () => {
  const quoted = { quotes: 'r' };
  const follows = { follows: 'r' };
  const label = { labelOf: 'r' };
  test.each<[string, Step[], string]>([
    ['Yes that quotes the request', [at(0, ask('r')), at(9, says('yes', quoted))], 'granted'],
    ['No that quotes the request', [at(0, ask('r')), at(9, says('no', quoted))], 'denied'],
    ['Yes right after the request', [at(0, ask('r')), at(9, says('yes', follows))], 'granted'],
    ['No right after the request', [at(0, ask('r')), at(9, says('no', follows))], 'denied'],
    [
      'the full label, whatever was said since',
      [at(0, ask('r')), at(5 * DAY, says('yes', label))],
      'granted',
    ],
    ['the full No label', [at(0, ask('r')), at(5 * DAY, says('no', label))], 'denied'],
    ['in the request’s own second', [at(0.7, ask('r')), at(0, says('yes', follows))], 'granted'],
    ['one second under 24 hours', [at(0, ask('r')), at(DAY - 1, says('yes', follows))], 'granted'],
    ['24 hours after', [at(0, ask('r')), at(DAY, says('yes', follows))], 'requested'],
    [
      'Yes, and then we learn of another question in between',
      [at(0, ask('r')), at(9, says('yes', follows)), at(5, inApp)],
      'requested',
    ],
    [
      'Yes in the second of another question',
      [at(0, ask('r')), at(5, says('yes', follows)), at(5, inApp)],
      'requested',
    ],
    [
      'No, and then we learn of another question in between',
      [at(0, ask('r')), at(9, says('no', follows)), at(5, inApp)],
      'denied',
    ],
    [
      'Yes, and another question was asked before the request',
      [at(4, ask('r')), at(9, says('yes', follows)), at(4, inApp)],
      'granted',
    ],
    [
      'Yes, and another question was asked after it',
      [at(0, ask('r')), at(5, says('yes', follows)), at(6, inApp)],
      'granted',
    ],
    [
      'Yes that quotes the request, another question in between',
      [at(0, ask('r')), at(9, says('yes', quoted)), at(5, inApp)],
      'granted',
    ],
    [
      'the full label, another question in between',
      [at(0, ask('r')), at(9, says('yes', { ...follows, ...label })), at(5, inApp)],
      'granted',
    ],
    ['24 hours after, quoted', [at(0, ask('r')), at(DAY, says('yes', quoted))], 'granted'],
    ['one second under 30 days, quoted', [at(0, ask('r')), at(30 * DAY - 1, says('yes', quoted))], 'granted'],
    ['30 days after, quoted', [at(0, ask('r')), at(30 * DAY, says('yes', quoted))], 'not-asked'],
    ['30 days after, No', [at(0, ask('r')), at(30 * DAY, says('no', quoted))], 'not-asked'],
    ['30 days after, full label', [at(0, ask('r')), at(30 * DAY, says('no', label))], 'not-asked'],
    [
      'to a request that failed',
      [at(0, ask('r')), at(1, failed('r')), at(9, says('yes', follows))],
      'not-asked',
    ],
    [
      'label of a failed request',
      [at(0, ask('r')), at(1, failed('r')), at(9, says('yes', label))],
      'not-asked',
    ],
    [
      'No to a request that failed',
      [at(0, ask('r')), at(1, failed('r')), at(9, says('no', follows))],
      'denied',
    ],
    [
      'No by the label of a failed request',
      [at(0, ask('r')), at(1, failed('r')), at(9, says('no', label))],
      'denied',
    ],
    [
      'No, and then the request failed',
      [at(0, ask('r')), at(5, says('no', follows)), at(9, failed('r'))],
      'denied',
    ],
    [
      'Yes, and then the request failed',
      [at(0, ask('r')), at(5, says('yes', follows)), at(9, failed('r'))],
      'not-asked',
    ],
    [
      'quote of a request that failed: it did arrive',
      [at(0, ask('r')), at(1, failed('r')), at(9, says('no', quoted))],
      'denied',
    ],
    [
      'a label typed before the request that has it',
      [at(10, ask('r')), at(5, says('yes', label))],
      'requested',
    ],
    [
      'quoting what is no request of ours',
      [at(0, ask('r')), at(9, says('yes', { quotes: 'x', follows: 'r' }))],
      'requested',
    ],
    ['Yes after a No button', [at(0, ask('r')), at(5, tap('r', 'no')), at(7, says('yes', quoted))], 'denied'],
    [
      'Yes in the second of a No button',
      [at(0, ask('r')), at(5, tap('r', 'no')), at(5, says('yes', quoted))],
      'denied',
    ],
    [
      'Yes after a typed No',
      [at(0, ask('r')), at(5, says('no', follows)), at(7, says('yes', follows))],
      'denied',
    ],
    [
      'No that quotes the request after a Yes',
      [at(0, ask('r')), at(5, tap('r', 'yes')), at(7, says('no', quoted))],
      'denied',
    ],
    ['No right after a Yes', [at(0, ask('r')), at(5, tap('r', 'yes')), at(7, says('no', follows))], 'denied'],
    [
      'a bare No label after a Yes answers something else',
      [at(0, ask('r')), at(5, tap('r', 'yes')), at(7, says('no', label))],
      'granted',
    ],
    [
      'a bare No label in the second of the Yes',
      [at(0, ask('r')), at(5, tap('r', 'yes')), at(5, says('no', label))],
      'denied',
    ],
    [
      'a bare No label of a request that a newer grant overtook',
      [at(0, ask('r')), at(1, ask('s')), at(5, tap('s', 'yes')), at(7, says('no', label))],
      'granted',
    ],
    [
      'a bare No label after a grant known before the request',
      [at(0, recorded('granted')), at(1, ask('r')), at(7, says('no', label))],
      'denied',
    ],
    ['Yes after a stop word', [at(0, ask('r')), at(5, stop), at(7, says('yes', quoted))], 'denied'],
    [
      'Yes typed too late, then quoted in time',
      [at(0, ask('r')), at(DAY + 1, says('yes', follows)), at(DAY + 9, says('yes', quoted))],
      'granted',
    ],
    [
      'an answer to another purpose’s request',
      [at(0, ask('r')), at(1, ask('m', 'marketing')), at(9, says('yes', { quotes: 'm', follows: 'r' }))],
      'requested',
    ],
    [
      'a label that another purpose’s answered request has too',
      [
        at(0, ask('r')),
        at(1, ask('s', 'marketing')),
        at(2, tap('s', 'yes')),
        at(5, says('yes', { labelOf: 's', alsoLabelOf: ['r'] })),
      ],
      'granted',
    ],
    [
      'Yes after a typed No that came later',
      [at(0, ask('r')), at(7, says('yes', quoted)), at(5, says('no', follows))],
      'denied',
    ],
    [
      'a bare No label after a grant of that second, known before the request',
      [at(5, recorded('granted')), at(5, ask('r')), at(7, says('no', label))],
      'denied',
    ],
    [
      'a label that an answered request has too',
      [
        at(0, ask('r')),
        at(1, ask('s')),
        at(2, tap('s', 'yes')),
        at(3, stop),
        at(4, start),
        at(5, says('no', { labelOf: 's', alsoLabelOf: ['r'] })),
      ],
      'granted',
    ],
    [
      'No right after a failed request, with the label of the one before it: it refuses that one too',
      [
        at(0, ask('r')),
        at(1, ask('s', 'marketing')),
        at(2, failed('s')),
        at(5, says('no', { follows: 's', labelOf: 'r' })),
      ],
      'denied',
    ],
    [
      'a label of an open request behind a failed one',
      [
        at(0, ask('r')),
        at(1, ask('s')),
        at(2, failed('s')),
        at(5, says('no', { labelOf: 's', alsoLabelOf: ['r'] })),
      ],
      'denied',
    ],
    [
      'No a quarter of an hour before its request by our clock, which is ahead',
      [at(900, ask('r')), at(0, says('no', follows))],
      'denied',
    ],
    ['the label of a No just before it by our clock', [at(60, ask('r')), at(0, says('no', label))], 'denied'],
    ['No longer before it than clocks differ', [at(901, ask('r')), at(0, says('no', follows))], 'requested'],
    [
      'a Yes just before it by our clock',
      [at(1, ask('r')), at(0, says('yes', { ...follows, ...label }))],
      'requested',
    ],
  ])('%s', (_name, steps, state) => {
    const facts = ledger(...steps);
    expect(fold(facts, 'service', Math.max(...facts.map((f) => (f.at - NINE) / 1000)) + 1).state).toBe(state);
  });

  test('a failure never takes back what a No refused, and the request that arrived is refused with it', () => {
    const no = says('no', { follows: 's', labelOf: 's', alsoLabelOf: ['r'] });
    const steps = [at(0, ask('r')), at(1, ask('s', 'marketing')), at(5, no)];
    const states = (all: Step[]) => BOTH.map((purpose) => fold(ledger(...all), purpose).state);
    expect(states(steps)).toEqual(['not-asked', 'denied']);
    expect(states([...steps, at(9, failed('s'))])).toEqual(['denied', 'denied']);
    expect(states([...steps, at(2, failed('s'))])).toEqual(['denied', 'denied']);
  });

  test('a bare label after the answer changes nothing, a No neither', () => {
    const view = fold(ledger(at(0, ask('r')), at(5, tap('r', 'no')), at(7, says('no', label))));
    expect(view.decidedAt).toBe(NINE + 5_000);
  });

  test('what does not count says so', () => {
    const view = fold(ledger(at(0, ask('r')), at(2 * DAY, says('yes', follows))));
    expect(view.verdicts.get('a/2')).toBe('not-counted');
  });

  test('a line of another chain with the same number is not mistaken for the answer itself', () => {
    const facts = ledger(
      at(0, ask('r')),
      at(5, says('no', quoted)),
      at(7, says('yes', quoted), { chain: 'b' }),
    );
    const elsewhere = facts.map((f) => (f.chain === 'b' ? { ...f, seq: 2 } : f));
    expect(fold(elsewhere).state).toBe('denied');
  });
});

describe('stop words and START', () => {
  test.each<[string, Step[], string, string]>([
    ['a stop word nobody asked for', [at(0, stop)], 'denied', 'denied'],
    [
      'a purpose’s own stop word',
      [at(0, { act: 'stop-word', purposes: ['marketing'] })],
      'not-asked',
      'denied',
    ],
    ['a kept phrase', [at(0, { act: 'refusal-phrase', purposes: BOTH })], 'denied', 'denied'],
    ['START with nothing before', [at(0, start)], 'not-asked', 'not-asked'],
    ['START after a stop word', [at(0, stop), at(5, start)], 'not-asked', 'not-asked'],
    ['START in the second of the stop word', [at(5, stop), at(5, start)], 'denied', 'denied'],
    ['START before the stop word', [at(0, start), at(5, stop)], 'denied', 'denied'],
    [
      'START restores a grant',
      [at(0, ask('r')), at(1, tap('r', 'yes')), at(5, stop), at(9, start)],
      'granted',
      'not-asked',
    ],
    [
      'START restores a refusal',
      [at(0, ask('r')), at(1, tap('r', 'no')), at(5, stop), at(9, start)],
      'denied',
      'not-asked',
    ],
    [
      'START restores an open request',
      [at(85 * DAY, ask('r')), at(85 * DAY + 5, stop), at(85 * DAY + 9, start)],
      'requested',
      'not-asked',
    ],
    [
      'START takes no phrase back',
      [at(0, { act: 'refusal-phrase', purposes: BOTH }), at(9, start)],
      'denied',
      'denied',
    ],
    [
      'START takes no No button back',
      [at(0, ask('r')), at(1, tap('r', 'no')), at(9, start)],
      'denied',
      'not-asked',
    ],
    [
      'START takes no recorded refusal back',
      [at(0, recorded('denied')), at(9, start)],
      'denied',
      'not-asked',
    ],
    ['START takes no CRM No back', [at(0, crm(false)), at(9, start)], 'denied', 'not-asked'],
    ['a second stop word', [at(0, stop), at(5, start), at(9, stop)], 'denied', 'denied'],
    ['one START takes several back', [at(0, stop), at(3, stop), at(5, start)], 'not-asked', 'not-asked'],
  ])('%s', (_name, steps, service, marketing) => {
    const facts = ledger(...steps);
    expect([fold(facts).state, fold(facts, 'marketing').state]).toEqual([service, marketing]);
  });

  test('START shows what it brought about then, not what came later', () => {
    const facts = ledger(at(0, stop), at(5, start), at(9, ask('r')), at(10, tap('r', 'yes')));
    expect(fold(facts).verdicts.get('a/2')).toBe('released');
    const back = ledger(at(0, recorded('granted')), at(1, stop), at(5, start), at(9, stop));
    expect(fold(back).verdicts.get('a/3')).toBe('granted');
    expect(fold(ledger(at(5, start))).verdicts.get('a/1')).toBe('not-counted');
  });
});

describe('an open request stands beside a decision', () => {
  test.each<[string, Step[], string, string | null]>([
    ['asked', [at(0, ask('r'))], 'requested', 'r'],
    ['asked twice', [at(0, ask('r')), at(1, ask('s'))], 'requested', 's'],
    ['newest failed', [at(0, ask('r')), at(1, ask('s')), at(2, failed('s'))], 'requested', 'r'],
    ['talk leaves it open, a hold too', [at(0, ask('r')), at(1, hold)], 'requested', 'r'],
    ['answered', [at(0, ask('r')), at(1, tap('r', 'yes'))], 'granted', null],
    [
      'a grant on a newer one closes the older',
      [at(0, ask('r')), at(1, ask('s')), at(2, tap('s', 'yes'))],
      'granted',
      null,
    ],
    ['a stop word closes it: its Yes counts no more', [at(0, ask('r')), at(1, stop)], 'denied', null],
    ['a recorded refusal closes it', [at(0, ask('r')), at(1, recorded('denied'))], 'denied', null],
    ['an unproven Yes in the CRM leaves it open', [at(0, ask('r')), at(1, crm(true))], 'granted', 'r'],
    ['asked again after the refusal', [at(0, stop), at(1, ask('r', 'service', true))], 'denied', 'r'],
    [
      'asked again in the second of the refusal',
      [at(5, stop), at(5, ask('r', 'service', true))],
      'denied',
      'r',
    ],
    [
      'a merge is no answer to it',
      [
        at(0, stop, { chain: 'b' }),
        at(5, ask('r')),
        at(9, { act: 'merged', denied: BOTH, otherChain: 'b', otherSeq: 1 }),
      ],
      'denied',
      'r',
    ],
    ['asked beside a grant', [at(0, recorded('granted')), at(1, ask('r'))], 'granted', 'r'],
    [
      'an old Yes that does not count leaves nothing open',
      [at(0, ask('r')), at(1, stop), at(2, tap('r', 'yes'))],
      'denied',
      null,
    ],
  ])('%s', (_name, steps, state, open) => {
    const view = fold(ledger(...steps), 'service', DAY);
    expect([view.state, view.openRequest?.requestId ?? null]).toEqual([state, open]);
  });

  test('it closes after 30 days', () => {
    const facts = ledger(at(0, ask('r')));
    expect(fold(facts, 'service', 30 * DAY - 1).state).toBe('requested');
    expect(fold(facts, 'service', 30 * DAY)).toMatchObject({ state: 'not-asked', openRequest: null });
  });
});

describe('holds', () => {
  const released: Act = { act: 'released', holdSeq: 2, holdChain: 'a' };
  test.each<[string, Step[], string, boolean]>([
    ['the field stays', [at(0, recorded('granted')), at(5, hold)], 'granted', true],
    ['released', [at(0, recorded('granted')), at(5, hold), at(9, released)], 'granted', false],
    [
      'decided to be a refusal',
      [at(0, recorded('granted')), at(5, hold), at(9, recorded('denied', 2))],
      'denied',
      false,
    ],
    ['a later Yes settles it', [at(0, ask('r')), at(5, hold), at(9, tap('r', 'yes'))], 'granted', false],
    ['a later stop word settles it', [at(0, ask('r')), at(5, hold), at(9, stop)], 'denied', false],
    ['a Yes in its second does not', [at(0, ask('r')), at(5, hold), at(5, tap('r', 'yes'))], 'granted', true],
    [
      'an earlier Yes that comes late does not',
      [at(0, ask('r')), at(5, hold), at(3, tap('r', 'yes'))],
      'granted',
      true,
    ],
    [
      'a Yes that does not count does not',
      [at(0, ask('r')), at(1, stop), at(5, hold), at(9, tap('r', 'yes'))],
      'denied',
      true,
    ],
    ['a Yes in the CRM does not', [at(0, ask('r')), at(5, hold), at(9, crm(true))], 'granted', true],
    [
      'START brings it back with the rest',
      [at(0, ask('r')), at(5, hold), at(7, stop), at(9, start)],
      'not-asked',
      true,
    ],
    [
      'a grant recorded since settles it',
      [at(0, ask('r')), at(5, hold), at(9, recorded('granted'))],
      'granted',
      false,
    ],
    [
      'a Yes to a request that is older than the held refusal counts no more',
      [at(0, ask('r')), at(5, hold), at(20, recorded('denied', 2)), at(9, tap('r', 'yes'))],
      'denied',
      false,
    ],
  ])('%s', (_name, steps, state, held) => {
    const view = fold(ledger(...steps));
    expect([view.state, view.onHold !== null]).toEqual([state, held]);
  });

  test('a refusal decided later is dated by the message that was held', () => {
    const view = fold(ledger(at(0, ask('r')), at(5, hold), at(9 * DAY, recorded('denied', 2))));
    expect(view.decidedAt).toBe(NINE + 5_000);
  });

  test('a hold of one purpose leaves the other alone', () => {
    expect(fold(ledger(at(0, hold)), 'marketing').onHold).toBeNull();
  });
});

describe('the platform’s own stop', () => {
  const stops: Act = { act: 'platform', value: 'stop' };
  const resumes: Act = { act: 'platform', value: 'resume' };
  test.each<[string, Step[], boolean]>([
    ['stop', [at(0, stops)], true],
    ['stop, resume', [at(0, stops), at(5, resumes)], false],
    ['stop, resume, stop', [at(0, stops), at(5, resumes), at(9, stops)], true],
    ['the last stop first', [at(9, stops), at(0, stops), at(5, resumes)], true],
    ['the last resume first', [at(9, resumes), at(0, stops), at(5, stops)], false],
    ['stop and resume in one second', [at(5, resumes), at(5, stops)], true],
    ['resume alone', [at(0, resumes)], false],
  ])('%s', (_name, steps, stopped) => {
    const facts = ledger(...steps);
    expect(fold(facts, 'marketing')).toMatchObject({ platformStopped: stopped, state: 'not-asked' });
    expect(fold(facts, 'service').platformStopped).toBe(false);
  });

  test('a resume undoes no refusal to us', () => {
    const facts = ledger(at(0, stop), at(1, stops), at(5, resumes));
    expect(fold(facts, 'marketing')).toMatchObject({ state: 'denied', platformStopped: false });
  });

  test('a sign-up in WhatsApp grants marketing alone, and lifts no stop', () => {
    const facts = ledger(at(0, stops), at(5, { act: 'signup' }));
    expect(fold(facts, 'marketing')).toMatchObject({
      state: 'granted',
      source: 'signup',
      platformStopped: true,
    });
    expect(fold(facts).state).toBe('not-asked');
    expect(fold(ledger(at(5, { act: 'signup' }), at(5, stop)), 'marketing').state).toBe('denied');
  });
});

describe('what people record', () => {
  test.each<[string, Step[], string]>([
    ['a grant', [at(0, recorded('granted'))], 'granted'],
    ['a refusal', [at(0, recorded('denied'))], 'denied'],
    ['a grant after a refusal', [at(0, stop), at(5, recorded('granted'))], 'granted'],
    ['the same in one second', [at(5, stop), at(5, recorded('granted'))], 'granted'],
    ['the same, WhatsApp’s clock ahead', [at(8, stop), at(5, recorded('granted'))], 'granted'],
    ['a stop word of that second which nobody had seen', [at(5, recorded('granted')), at(5, stop)], 'denied'],
    [
      'a refusal after a Yes, WhatsApp’s clock ahead',
      [at(0, ask('r')), at(8, tap('r', 'yes')), at(5, recorded('denied'))],
      'denied',
    ],
    ['a refusal after a grant', [at(0, recorded('granted')), at(0, recorded('denied'))], 'denied'],
  ])('%s', (_name, steps, state) => {
    expect(fold(ledger(...steps)).state).toBe(state);
  });

  test('a Yes that a recorded refusal followed stays a Yes in the history', () => {
    const facts = ledger(at(0, ask('r')), at(8, tap('r', 'yes')), at(5, recorded('denied')));
    expect(fold(facts).verdicts.get('a/2')).toBe('granted');
  });
});

test.each<[string, Step[], number, boolean]>([
  ['nothing stands against it', [], 0, false],
  ['a refusal of an earlier second', [at(1, stop)], 0, false],
  ['a refusal of the same second', [at(2.1, stop)], 0, true],
  ['a refusal since', [at(3, stop)], 0, true],
  ['a refusal whose clock was ahead, and that was known', [at(3, stop)], 1, false],
  ['a known one, and an unknown one of before it', [at(9, stop), at(3, recorded('denied'))], 1, true],
  ['a hold since', [at(3, hold)], 0, true],
  ['a hold that was known', [at(3, hold)], 1, false],
  ['a refusal since, and a Yes after it', [at(3, stop), at(4, recorded('granted'))], 0, false],
])('a grant that waited since second 2: %s', (_what, steps, knowsSeq, outrun) => {
  const line = { chain: 'a', seq: steps.length + 1, at: NINE + 2_500, knowsSeq };
  const options = { now: NINE + HOUR * 1000, requestOpenDays: 30 };
  expect(isOutrun(ledger(...steps), line, 'service', options)).toBe(outrun);
});

describe('a Yes and a No found on two records of one number', () => {
  const both = [at(0, crm(true, 'c/1', true)), at(1, crm(false, 'l/1', true))];
  const stateOf = (view: ConsentView, record: string, value: boolean | null | undefined): string =>
    viewOfRecord(view, record, value).state;

  test.each<[string, Step[], string]>([
    ['each holds for its own record', both, 'granted'],
    ['in the other order', [at(1, crm(true, 'c/1', true)), at(0, crm(false, 'l/1', true))], 'granted'],
    ['a question is open', [...both, at(2, ask('r'))], 'granted'],
    ['the Yes was emptied', [...both, at(2, crm(null, 'c/1'))], 'not-asked'],
    ['the customer refused', [...both, at(2, stop)], 'denied'],
    ['it has expired', [...both, at(9, { act: 'expired', purposes: ['service'] })], 'not-asked'],
  ])('%s', (_name, steps, state) => {
    expect(stateOf(fold(ledger(...steps)), 'c/1', true)).toBe(state);
  });

  test('opens no other record, nor its own once it holds something else', () => {
    const view = fold(ledger(...both));
    for (const [record, value] of [
      ['c/1', false],
      ['c/1', null],
      ['l/1', false],
      ['l/2', true],
      ['l/2', undefined],
    ] as const)
      expect(stateOf(view, record, value)).toBe('not-asked');
    expect(stateOf(asOf(view, NINE + 2 * DAY * 1000, 1), 'c/1', true)).toBe('not-asked');
    expect(stateOf(asOf(view, NINE + DAY * 500, 1), 'c/1', true)).toBe('granted');
  });
});

describe('what the CRM says', () => {
  const YES = 'crm-unproven';
  test.each<[string, Step[], [string, string | null, boolean]]>([
    [
      'first sight Yes opens, unproven, and is no decision',
      [at(0, crm(true, 'c/1', true))],
      ['granted', YES, false],
    ],
    ['first sight No is no refusal', [at(0, crm(false, 'c/1', true))], ['not-asked', null, false]],
    [
      'Yes beside a No on another record opens nothing',
      [at(0, crm(true, 'c/1', true)), at(1, crm(false, 'l/1', true))],
      ['not-asked', null, false],
    ],
    [
      'Yes beside an empty one',
      [at(0, crm(true, 'c/1', true)), at(1, crm(null, 'l/1', true))],
      ['granted', YES, false],
    ],
    [
      'a found Yes that is emptied',
      [at(0, crm(true, 'c/1', true)), at(5, crm(null, 'c/1'))],
      ['not-asked', null, false],
    ],
    [
      'a found Yes gives way to a stop word',
      [at(0, stop), at(5, crm(true, 'c/1', true))],
      ['denied', 'stop-word', true],
    ],
    [
      'a found No gives way to an answer',
      [at(0, crm(false, 'c/1', true)), at(1, ask('r')), at(5, tap('r', 'yes'))],
      ['granted', 'button', true],
    ],
    ['changed to No closes', [at(0, recorded('granted')), at(5, crm(false))], ['denied', 'crm', true]],
    [
      'changed to No closes, WhatsApp’s clock ahead',
      [at(0, ask('r')), at(9, tap('r', 'yes')), at(5, crm(false))],
      ['denied', 'crm', true],
    ],
    ['changed to Yes opens, unproven', [at(0, crm(true))], ['granted', YES, true]],
    ['No, then Yes in the CRM', [at(0, crm(false)), at(0, crm(true))], ['granted', YES, true]],
    ['Yes in the CRM after a stop word', [at(0, stop), at(5, crm(true))], ['denied', 'stop-word', true]],
    [
      'Yes in the CRM in the second of a stop word',
      [at(5, stop), at(5, crm(true))],
      ['denied', 'stop-word', true],
    ],
    [
      'Yes in the CRM in the second of a stop word nobody saw',
      [at(5, crm(true)), at(5, stop)],
      ['denied', 'stop-word', true],
    ],
    [
      'Yes in the CRM after a recorded refusal',
      [at(0, recorded('denied')), at(5, crm(true))],
      ['denied', 'recorded', true],
    ],
    [
      'Yes in the CRM after the customer agreed again',
      [at(0, stop), at(1, ask('r')), at(2, tap('r', 'yes')), at(5, crm(false)), at(9, crm(true))],
      ['granted', YES, true],
    ],
    [
      'Yes in the CRM, a Yes that did not count before it',
      [at(0, ask('r')), at(1, stop), at(2, tap('r', 'yes')), at(9, crm(true))],
      ['denied', 'stop-word', true],
    ],
    ['Yes in the CRM, then a stop word', [at(0, crm(true)), at(5, stop)], ['denied', 'stop-word', true]],
    [
      'Yes in the CRM after a stop word that was taken back',
      [at(0, stop), at(2, start), at(5, crm(true))],
      ['granted', YES, true],
    ],
    [
      'emptied: the ledger decides',
      [at(0, recorded('granted')), at(5, crm(null))],
      ['granted', 'recorded', true],
    ],
  ])('%s', (_name, steps, [state, source, projects]) => {
    expect(fold(ledger(...steps))).toMatchObject({ state, source, projects });
  });

  test('a Yes in a marketing field opens nothing; a No there closes', () => {
    expect(fold(ledger(at(0, crm(true, 'c/1', false, 'marketing'))), 'marketing').state).toBe('not-asked');
    expect(fold(ledger(at(0, crm(true, 'c/1', true, 'marketing'))), 'marketing').state).toBe('not-asked');
    const closed = ledger(at(0, { act: 'signup' }), at(5, crm(false, 'c/1', false, 'marketing')));
    expect([fold(closed, 'marketing').state, fold(closed).state]).toEqual(['denied', 'not-asked']);
  });
});

describe('expiry', () => {
  const expired = (days?: number): Act => ({
    act: 'expired',
    purposes: ['service'],
    ...(days === undefined ? {} : { days }),
  });
  test.each<[string, Step[], string]>([
    ['a grant expires', [at(0, recorded('granted')), at(10 * DAY, expired(10))], 'expired'],
    [
      'a younger grant that came late does not',
      [at(0, recorded('granted')), at(10 * DAY, expired(10)), at(9 * DAY, recorded('granted'))],
      'granted',
    ],
    ['without days, what was granted until then', [at(0, recorded('granted')), at(5, expired())], 'expired'],
    [
      'granted again',
      [at(0, recorded('granted')), at(10 * DAY, expired(10)), at(11 * DAY, recorded('granted'))],
      'granted',
    ],
    ['refused since', [at(0, recorded('granted')), at(10 * DAY, expired(10)), at(11 * DAY, stop)], 'denied'],
    ['a refusal never expires', [at(0, stop), at(10 * DAY, expired(10))], 'denied'],
    [
      'a Yes found in the CRM expires as well',
      [at(0, crm(true, 'c/1', true)), at(10 * DAY, expired(10))],
      'expired',
    ],
    [
      'asked again it stays expired until the answer',
      [at(0, recorded('granted')), at(10 * DAY, expired(10)), at(10 * DAY + 1, ask('r'))],
      'expired',
    ],
  ])('%s', (_name, steps, state) => {
    const view = fold(ledger(...steps), 'service', 11 * DAY + 1);
    expect(view.state).toBe(state);
    if (state === 'expired') expect(view).toMatchObject({ decidedAt: expect.any(Number), projects: true });
  });
});

describe('merged identities', () => {
  const merged = (denied: Purpose[], otherSeq: number): Act => ({
    act: 'merged',
    denied,
    otherChain: 'b',
    otherSeq,
  });
  const b = { chain: 'b' };
  test.each<[string, Step[], string]>([
    [
      'the refusal of either wins over a newer grant',
      [at(0, stop, b), at(5, recorded('granted')), at(9, merged(BOTH, 1))],
      'denied',
    ],
    ['no refusal, no change', [at(0, recorded('granted'), b), at(9, merged([], 1))], 'granted'],
    [
      'a refusal answered on its own chain is over',
      [at(0, stop, b), at(1, recorded('granted'), b), at(5, recorded('granted')), at(9, merged([], 2))],
      'granted',
    ],
    [
      'asked and agreed after the merge',
      [at(0, stop, b), at(9, merged(BOTH, 1)), at(10, ask('r', 'service', true)), at(12, tap('r', 'yes'))],
      'granted',
    ],
    [
      'the message that showed it agrees to a request after the refusal',
      [at(0, stop, b), at(5, ask('r')), at(9, merged(BOTH, 1)), at(9, tap('r', 'yes'))],
      'granted',
    ],
    [
      'the same with a refusal after the request',
      [at(5, ask('r')), at(6, stop, b), at(9, merged(BOTH, 1)), at(9, tap('r', 'yes'))],
      'denied',
    ],
    [
      'a Yes of before that comes late',
      [at(0, stop, b), at(1, ask('r')), at(9, merged(BOTH, 1)), at(5, tap('r', 'yes'))],
      'denied',
    ],
    [
      'a request after the merge knows the other chain, whatever the clocks say',
      [at(30, stop, b), at(9, merged(BOTH, 1)), at(10, ask('r', 'service', true)), at(12, tap('r', 'yes'))],
      'granted',
    ],
    [
      'START takes back a stop word that was merged',
      [at(0, stop, b), at(9, merged(BOTH, 1)), at(12, start)],
      'not-asked',
    ],
    [
      'START leaves another refusal that was merged',
      [
        at(0, recorded('denied'), b),
        at(1, stop, b),
        at(5, recorded('granted')),
        at(9, merged(BOTH, 2)),
        at(12, start),
      ],
      'denied',
    ],
    [
      'a Yes in the CRM does not undo it',
      [at(0, stop, b), at(9, merged(BOTH, 1)), at(12, crm(true))],
      'denied',
    ],
  ])('%s', (_name, steps, state) => {
    expect(fold(ledger(...steps)).state).toBe(state);
  });

  test('a decision of the other identity settles no hold, a later one does', () => {
    const facts = ledger(at(0, hold, b), at(5, recorded('granted')), at(9, merged([], 1)));
    expect(fold(facts)).toMatchObject({ state: 'granted', onHold: { chain: 'b', seq: 1 } });
    const later = ledger(
      at(0, hold, b),
      at(5, recorded('granted')),
      at(9, merged([], 1)),
      at(10, ask('r')),
      at(12, tap('r', 'yes')),
    );
    expect(fold(later).onHold).toBeNull();
  });

  describe('a hold that turns out a refusal after the merge', () => {
    const settled = (chain: string): Act => ({ ...recorded('denied', 1), holdChain: chain }) as Act;
    test.each<[string, Step[], string]>([
      [
        'stands against what the other identity had agreed to later',
        [at(0, hold, b), at(5, recorded('granted')), at(9, merged([], 1)), at(20, settled('b'))],
        'denied',
      ],
      [
        'the same where the hold is the survivor’s',
        [at(0, hold), at(5, recorded('granted'), b), at(9, merged([], 1)), at(20, settled('a'))],
        'denied',
      ],
      [
        'and where the other identity had tapped a button',
        [at(0, hold, b), at(1, ask('r')), at(5, tap('r', 'yes')), at(9, merged([], 1)), at(20, settled('b'))],
        'denied',
      ],
      [
        'agreed after the merge, which settles the hold: the decision comes too late',
        [
          at(0, hold, b),
          at(5, recorded('granted')),
          at(9, merged([], 1)),
          at(10, ask('r')),
          at(12, tap('r', 'yes')),
          at(20, settled('b')),
        ],
        'granted',
      ],
      [
        'asked and agreed after the decision',
        [
          at(0, hold, b),
          at(5, recorded('granted')),
          at(9, merged([], 1)),
          at(20, settled('b')),
          at(30, ask('r', 'service', true)),
          at(32, tap('r', 'yes')),
        ],
        'granted',
      ],
      [
        'a grant of one’s own chain that settled the hold outlives it',
        [
          at(0, hold, b),
          at(2, recorded('granted'), b),
          at(5, recorded('granted')),
          at(9, merged([], 2)),
          at(20, settled('b')),
        ],
        'granted',
      ],
    ])('%s', (_name, steps, state) => {
      expect(fold(ledger(...steps))).toMatchObject({ state, onHold: null });
    });
  });

  test('a resume of the other identity lifts no stop, a later one does', () => {
    const stops: Act = { act: 'platform', value: 'stop' };
    const resumes: Act = { act: 'platform', value: 'resume' };
    const facts: Step[] = [at(0, stops, b), at(5, resumes), at(9, merged([], 1))];
    expect(fold(ledger(...facts), 'marketing').platformStopped).toBe(true);
    expect(fold(ledger(...facts, at(12, resumes)), 'marketing').platformStopped).toBe(false);
  });
});

test('each request says what the limits need: answered, settled, failed, asked after a refusal', () => {
  const view = fold(
    ledger(
      at(0, ask('q')),
      at(1, failed('q')),
      at(2, ask('r')),
      at(3, tap('r', 'no')),
      at(9, ask('s', 'service', true)),
    ),
  );
  expect(
    view.requests.map(({ requestId, failed, answered, settled, afterRefusal }) => [
      requestId,
      failed,
      answered,
      settled,
      afterRefusal,
    ]),
  ).toEqual([
    ['q', true, false, true, false],
    ['r', false, true, true, false],
    ['s', false, false, false, true],
  ]);
});

test('a decision in one second is named the same in every order of arrival', () => {
  const there = fold(ledger(at(0, ask('r')), at(5, stop), at(5, tap('r', 'no'))));
  const back = fold(ledger(at(0, ask('r')), at(5, tap('r', 'no')), at(5, stop)));
  expect(there.source).toBe(back.source);
});

describe('a grant that expires', () => {
  const granted = fold(ledger(at(0, recorded('granted'))));
  const denied = fold(ledger(at(0, recorded('denied'))));
  const days = (count: number): number => NINE + count * DAY * 1000;

  test.each<[ConsentView, number, number | null, ConsentView['state']]>([
    [granted, days(30), 30, 'granted'],
    [granted, days(30) + 1, 30, 'expired'],
    [granted, days(3_000), null, 'granted'],
    [denied, days(3_000), 30, 'denied'],
    [fold([]), days(3_000), 30, 'not-asked'],
  ])('case %#: counts until its days are over, and nothing else expires', (view, now, after, state) => {
    expect(asOf(view, now, after)).toEqual({ ...view, state });
  });
});

describe('a number that several people use: what holds for one of them', () => {
  const asked = (record: string, requestId: string, purpose: Purpose = 'service'): Act => ({
    act: 'requested',
    purpose,
    requestId,
    knowsSeq: -1,
    afterRefusal: false,
    record,
  });
  const [ana, ben] = ['contact/ana', 'lead/ben'];
  const of = (facts: readonly Fact[], record: string | undefined, purpose: Purpose, days = 90): ConsentView =>
    foldConsent(facts, purpose, {
      now: NINE + days * DAY * 1000,
      requestOpenDays: 30,
      ...(record === undefined ? {} : { record }),
    });
  const anasYes = [at(0, asked(ana, 'r')), at(9, tap('r', 'yes'))];
  const bensYes = [at(20, asked(ben, 's')), at(29, tap('s', 'yes'))];
  const year: Act = { act: 'expired', purposes: BOTH, days: 20 };
  test.each<[string, Step[], anas: string, bens: string, numbers: string]>([
    ['Ana agreed', anasYes, 'granted', 'not-asked', 'granted'],
    ['both agreed', [...anasYes, ...bensYes], 'granted', 'granted', 'granted'],
    [
      'Ana agreed, then Ben refused',
      [...anasYes, at(20, asked(ben, 's')), at(29, tap('s', 'no'))],
      'denied',
      'denied',
      'denied',
    ],
    ['a stop word', [...anasYes, at(30, stop)], 'denied', 'denied', 'denied'],
    ['a stop word, then Ana agreed', [at(-5, stop), ...anasYes], 'granted', 'denied', 'granted'],
    [
      'both agreed, a stop word and START',
      [...anasYes, ...bensYes, at(40, stop), at(50, start)],
      'granted',
      'granted',
      'granted',
    ],
    ['what the CRM says of Ben', [at(0, crm(true, ben))], 'not-asked', 'granted', 'granted'],
    ['what was found of Ben', [at(0, crm(true, ben, true))], 'not-asked', 'granted', 'granted'],
    [
      'a No that was found of Ben',
      [at(0, crm(false, ben, true)), at(1, crm(true, ana, true))],
      'granted',
      'not-asked',
      'not-asked',
    ],
    [
      'Ana agreed long ago, Ben since',
      [...anasYes, at(20 * DAY - 9, asked(ben, 's')), at(20 * DAY, tap('s', 'yes')), at(21 * DAY, year)],
      'expired',
      'granted',
      'granted',
    ],
    ['a grant recorded for the number', [at(0, recorded('granted'))], 'not-asked', 'not-asked', 'granted'],
    [
      'somebody was asked who is in no record',
      [at(0, ask('r')), at(9, tap('r', 'yes'))],
      'not-asked',
      'not-asked',
      'granted',
    ],
    [
      'an answer in words',
      [at(0, asked(ana, 'r')), at(9, says('yes', { follows: 'r' }))],
      'granted',
      'not-asked',
      'granted',
    ],
  ])('%s', (_name, steps, anas, bens, numbers) => {
    const facts = ledger(...steps);
    expect([ana, ben, undefined].map((record) => of(facts, record, 'service').state)).toEqual([
      anas,
      bens,
      numbers,
    ]);
  });

  test('each one’s consent to marketing is their own', () => {
    const facts = ledger(at(0, asked(ben, 'r', 'marketing')), at(9, tap('r', 'yes')));
    expect([ana, ben].map((record) => of(facts, record, 'marketing').state)).toEqual([
      'not-asked',
      'granted',
    ]);
  });

  test('a question that somebody else answered is open to nobody', () => {
    const facts = ledger(...anasYes);
    expect(of(facts, ben, 'service', 0).openRequest).toBeNull();
  });

  test('to the number itself leaves what may leave to each of them', () => {
    const view = (...steps: Step[]) => {
      const facts = ledger(...steps);
      const each = [ana, ben].map((record) => of(facts, record, 'service'));
      return viewOfAll(of(facts, undefined, 'service'), each).state;
    };
    expect(view(...anasYes)).toBe('not-asked');
    expect(view(...anasYes, ...bensYes)).toBe('granted');
    expect(view(at(-5, stop), ...anasYes)).toBe('denied');
    expect(viewOfAll(of(ledger(...anasYes), undefined, 'service'), []).state).toBe('granted');
  });
});
