import { type ConsentView, type Fact, foldConsent } from '../../src/core/consent.ts';
import { decideAutomaticAnswer, decideSend } from '../../src/core/gate.ts';
import type { Line, Message, State } from './state.ts';

/**
 * What is decided. The model asks the product's own fold and gate (`foldConsent`, `decideSend`), so that a million
 * interleavings are interleavings of them; `trueStance` says the same from the customer's side, with none of that code,
 * and the two are compared at every commit.
 */
export type Stance = 'undecided' | 'granted' | 'denied';

/** Ticks become whole seconds, WhatsApp's clock. */
const EPOCH = Date.parse('2026-05-12T12:00:00Z');
const msOf = (tick: number): number => EPOCH + tick * 1000;
const NOW = msOf(100);

export interface Decided {
  stance: Stance;
  /** Stop words refuse marketing as well. */
  marketing: Stance;
  /** The acts whose lines decide service and marketing; -1 where nothing does. */
  by: [service: number, marketing: number];
  /** The acts whose automatic answers may still leave. */
  answerable: number[];
  /** By kind of message. */
  allowed: { text: boolean; consent: boolean };
}

const decided = new Map<string, Decided>();

/** The first `length` lines of the ledger, folded and judged. */
export function decide(state: State, length = state.ledger.length): Decided {
  const lines = length === state.ledger.length ? state.ledger : state.ledger.slice(0, length);
  let key = '';
  for (const line of lines) {
    const act = line.what === 'act' ? state.acts[line.index] : undefined;
    const message = line.what === 'requested' ? state.messages[line.index] : undefined;
    key += `${line.what === 'act' ? act?.kind : 'ask'}${line.index}@${act?.at ?? message?.at}:${act?.request ?? message?.knows};`;
  }
  const known = decided.get(key);
  if (known !== undefined) return known;
  const answer = judge(state, lines);
  decided.set(key, answer);
  return answer;
}

function judge(state: State, lines: readonly Line[]): Decided {
  const facts = lines.map((line, index): Fact => factOf(state, line, index + 1));
  const options = { now: NOW, requestOpenDays: 30 };
  const service = foldConsent(facts, 'service', options);
  const marketing = foldConsent(facts, 'marketing', options);
  const contact = {
    service,
    marketing,
    unknownNotAllowed: false,
    unset: 'ask-first' as const,
    fieldForbids: false,
    allowReplyAfterRefusal: false,
    lastInboundAt: NOW - 1000,
    lastWordAt: null,
    country: null,
    crmStale: false,
  };
  const here = { now: NOW, blocked: false, channelConnected: true };
  const allows = (content: Parameters<typeof decideSend>[0]['content']): boolean =>
    decideSend({
      now: NOW,
      path: 'person',
      content,
      maySend: true,
      ownedByColleague: false,
      contactBlocked: false,
      channelConnected: true,
      contact,
      limits: {
        unansweredPerDay: null,
        unansweredPer30Days: null,
        afterRefusalPerDay: null,
        afterRefusalPer90Days: null,
        countriesNoAskAfterRefusal: [],
      },
    }).allowed;
  return {
    stance: stanceOf(service),
    marketing: stanceOf(marketing),
    by: [decidingAct(lines, service), decidingAct(lines, marketing)],
    answerable: [service, marketing]
      .filter(({ decidedBy: line }) => decideAutomaticAnswer({ ...here, line, contact }) === null)
      .map((view) => decidingAct(lines, view)),
    allowed: {
      text: allows({ kind: 'text', reply: true }),
      consent: allows({
        kind: 'template',
        type: 'consent',
        purpose: 'service',
        category: 'UTILITY',
        fault: null,
        missingVariables: [],
      }),
    },
  };
}

const stanceOf = ({ state }: ConsentView): Stance =>
  state === 'granted' || state === 'denied' ? state : 'undecided';

/** The chain's lines are numbered from 1. */
const decidingAct = (lines: readonly Line[], { decidedBy }: ConsentView): number =>
  decidedBy === null ? -1 : (lines[Number(decidedBy.split('/')[1]) - 1]?.index ?? -1);

function factOf(state: State, line: Line, seq: number): Fact {
  const base = { chain: 'c', seq };
  if (line.what === 'requested') {
    const message = state.messages[line.index];
    return {
      ...base,
      at: msOf(message?.at ?? 0),
      act: 'requested',
      purpose: 'service',
      requestId: `r${line.index}`,
      knowsSeq: message?.knows ?? 0,
      afterRefusal: false,
    };
  }
  const act = state.acts[line.index];
  const at = msOf(act?.at ?? 0);
  switch (act?.kind) {
    case 'yes':
    case 'no':
      return { ...base, at, act: 'button', requestId: `r${act.request}`, meaning: act.kind };
    case 'stop':
      return { ...base, at, act: 'stop-word', purposes: ['service', 'marketing'] };
    case 'start':
      return { ...base, at, act: 'start-word' };
    default:
      throw new Error('talk writes no line');
  }
}

/** Whether a queued message may leave, by what was in the ledger at some moment. */
export function mayLeave(message: Message, now: Decided): boolean {
  return message.kind === 'auto' ? now.answerable.includes(message.answers) : now.allowed[message.kind];
}

/**
 * Where the customer stands by their own acts in the order they did them, of those that pass. START takes back the stop
 * words before it; a Yes counts unless they refused otherwise after that question was asked; of what is left the last
 * speaks.
 */
export function trueStance(state: State, pass: (index: number) => boolean): { stance: Stance; by: number } {
  const acts = state.acts
    .map((act, index) => ({ ...act, index }))
    .filter((act) => act.done && pass(act.index))
    .sort((a, b) => a.at - b.at);
  const lastStart = acts.findLast((act) => act.kind === 'start')?.at ?? -1;
  const refusals = acts.filter((act) => act.kind === 'no' || (act.kind === 'stop' && act.at > lastStart));
  const yeses = acts.filter((act) => {
    if (act.kind !== 'yes') return false;
    const askedAt = state.messages[act.request]?.at ?? 0;
    return !refusals.some((one) => one.request !== act.request && one.at < act.at && one.at > askedAt);
  });
  const last = [...refusals, ...yeses].sort((a, b) => a.at - b.at).at(-1);
  if (last === undefined) return { stance: 'undecided', by: -1 };
  return { stance: last.kind === 'yes' ? 'granted' : 'denied', by: last.index };
}
