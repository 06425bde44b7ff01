import { loadContacts } from '../src/actions/gate-contact.ts';
import { loadRecordTypes, loadSettings } from '../src/actions/organisation.ts';
import { foldConsent } from '../src/core/consent.ts';
import { decideSend, type GateInput } from '../src/core/gate.ts';
import { readContactPoint } from '../src/db/contact-points.ts';
import type { Database } from '../src/db/engine.ts';
import { quantile } from './webhooks.ts';

/** The rule alone, and a decision with fresh state from the database beside one bare statement of the same kind. */

export function ruleSpeed(): { perSecond: number; p99Us: number; emptyPerSecond: number } {
  const view = foldConsent([], 'service', { now: 0, requestOpenDays: 30 });
  const input: GateInput = {
    now: 1_000,
    path: 'person',
    content: { kind: 'text' },
    maySend: true,
    ownedByColleague: false,
    contactBlocked: false,
    channelConnected: true,
    contact: {
      service: { ...view, state: 'denied', projects: true, decidedAt: 1 },
      marketing: view,
      unknownNotAllowed: false,
      unset: 'ask-first',
      fieldForbids: false,
      allowReplyAfterRefusal: false,
      lastInboundAt: 500,
      lastWordAt: null,
      country: 'US',
      crmStale: false,
    },
    limits: {
      unansweredPerDay: 1,
      unansweredPer30Days: 3,
      afterRefusalPerDay: 1,
      afterRefusalPer90Days: 3,
      countriesNoAskAfterRefusal: [],
    },
  };
  const run = (work: () => unknown): { perSecond: number; p99Us: number } => {
    for (let n = 0; n < 200_000; n += 1) work();
    const batches: number[] = [];
    for (let batch = 0; batch < 1_000; batch += 1) {
      const started = performance.now();
      for (let n = 0; n < 1_000; n += 1) work();
      batches.push(performance.now() - started);
    }
    const total = batches.reduce((sum, ms) => sum + ms, 0);
    return { perSecond: 1_000_000 / (total / 1_000), p99Us: quantile(batches, 0.99) };
  };
  const rule = run(() => decideSend(input));
  const parse = run(() => JSON.parse('{"state":"denied","window":true}'));
  return { perSecond: rule.perSecond, p99Us: rule.p99Us, emptyPerSecond: parse.perSecond };
}

export async function freshDecision(
  database: Database,
  contactPointId: string,
): Promise<{ p50: number; p99: number; bareP50: number; bareP99: number }> {
  const times: number[] = [];
  const bare: number[] = [];
  const { db } = database;
  for (let n = 0; n < 1_200; n += 1) {
    const started = performance.now();
    const contact = await readContactPoint(db, contactPointId);
    if (contact === null) throw new Error('the contact point is gone');
    await loadContacts(db, [contact], Date.now(), await loadSettings(db), await loadRecordTypes(db));
    const middle = performance.now();
    await readContactPoint(db, contactPointId);
    if (n >= 200) {
      times.push(middle - started);
      bare.push(performance.now() - middle);
    }
  }
  return {
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    bareP50: quantile(bare, 0.5),
    bareP99: quantile(bare, 0.99),
  };
}
