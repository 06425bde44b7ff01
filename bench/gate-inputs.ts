import { type ConsentView, foldConsent, type RequestView } from '../src/core/consent.ts';
import type { GateInput } from '../src/core/gate.ts';

/** Decisions as a busy desk asks for them, by a fixed seed: half of them texts, every obstacle now and then. */
export function gateInputs(count: number): GateInput[] {
  let seed = 20_261_129;
  const draw = (below: number): number => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed % below;
  };
  const sometimes = (oneIn: number): boolean => draw(oneIn) === 0;
  const one = <T>(values: readonly [T, ...T[]]): T => values[draw(values.length)] ?? values[0];
  const empty = foldConsent([], 'service', { now: 0, requestOpenDays: 30 });
  const now = 1_900_000_000_000;
  const ago = (days: number): number => now - 1 - draw(days * 86_400_000);

  const request = (n: number): RequestView => ({
    requestId: `r${n}`,
    at: ago(60),
    failed: sometimes(8),
    answered: false,
    settled: sometimes(2),
    afterRefusal: sometimes(2),
    seq: n,
    chain: 'c',
  });
  const view = (): ConsentView => ({
    ...empty,
    state: one(['not-asked', 'requested', 'granted', 'granted', 'denied', 'expired']),
    projects: !sometimes(4),
    decidedAt: ago(60),
    onHold: sometimes(10) ? { since: ago(5), seq: 1, chain: 'c' } : null,
    platformStopped: sometimes(6),
    requests: Array.from({ length: draw(3) }, (_, n) => request(n)).sort((a, b) => a.at - b.at),
  });
  const content = (): GateInput['content'] => {
    if (sometimes(2)) return { kind: 'text', reply: !sometimes(3) };
    return {
      kind: 'template',
      type: one(['consent', 'utility', 'marketing']),
      purpose: 'service',
      category: one(['UTILITY', 'MARKETING']),
      fault: sometimes(12)
        ? one([
            'template-not-published',
            'template-waiting',
            'template-paused',
            'template-of-another-record-type',
          ])
        : null,
      missingVariables: sometimes(20) ? ['name'] : [],
    };
  };
  return Array.from({ length: count }, () => ({
    now,
    path: one(['person', 'api', 'campaign', 'automation']),
    content: content(),
    maySend: !sometimes(20),
    ownedByColleague: sometimes(20),
    contactBlocked: sometimes(20),
    channelConnected: !sometimes(30),
    contact: {
      service: view(),
      marketing: view(),
      unknownNotAllowed: sometimes(20),
      unset: one(['ask-first', 'allow']),
      fieldForbids: sometimes(6),
      allowReplyAfterRefusal: sometimes(2),
      lastInboundAt: sometimes(5) ? null : ago(2),
      lastWordAt: sometimes(5) ? null : ago(60),
      country: one(['US', 'DE', 'BR']),
      crmStale: sometimes(30),
    },
    limits: {
      unansweredPerDay: 1,
      unansweredPer30Days: 3,
      afterRefusalPerDay: 1,
      afterRefusalPer90Days: 3,
      countriesNoAskAfterRefusal: ['DE'],
    },
  }));
}
