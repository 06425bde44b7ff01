import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { hintRecord } from '../../src/actions/crm-hints.ts';
import { sendMessage } from '../../src/actions/send-message.ts';
import { readSendable } from '../../src/actions/sendable.ts';
import { rightsOf } from '../../src/core/rights.ts';
import { FIELD, type Node, openParty, type Party } from './party.ts';
import type { Fate, Passing } from './road.ts';

/**
 * The races that chance finds seldom, each by name: what two hands do to one field while a write of ours is on its way
 * (docs/decisions/0024), on a network that loses answers and delivers late.
 */
const SENDER = { id: 'test', name: 'Test', path: 'api' as const, rights: rightsOf('agent'), actor: null };
let party: Party;
let node: Node;
let phone = '';
let contact = '';
let lead = '';
let phones = 0;
/** What happens to the next writes. */
let fates: Fate[] = [];
/** Done while the next write is on its way, before it arrives. */
let meanwhile: (() => Promise<void>) | null = null;

beforeAll(async () => {
  party = await openParty({
    async before({ method, path }: Passing) {
      if (method !== 'PATCH' && !path.includes('$batch')) return 'pass';
      const act = meanwhile;
      meanwhile = null;
      await act?.();
      return fates.shift() ?? 'pass';
    },
    after: async () => {},
  });
  node = party.node();
}, 120_000);
afterAll(() => party?.close());

beforeEach(async () => {
  fates = [];
  phones += 1;
  phone = `+1202555${String(phones).padStart(4, '0')}`;
  contact = party.crm.emulator.create('contact', { lastname: 'Silva', mobilephone: phone, [FIELD]: null });
  lead = party.crm.emulator.create('lead', { lastname: 'Silva', mobilephone: phone, [FIELD]: null });
  await settled();
});

/** Turns without waiting for what only time brings. */
async function turns(count = 4, of = node): Promise<void> {
  for (let n = 0; n < count; n += 1) await party.turn(of);
}

/** Time passes until nothing is left to do. */
async function settled(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    party.advance(61_000);
    await turns(8);
  }
}

async function asked(): Promise<{ yes(): Promise<void>; no(): Promise<void> }> {
  const to = { recordType: 'contact', recordId: contact };
  const messageTemplateId = party.consentTemplates.contact;
  await sendMessage(node.ctx, { to, messageTemplateId }, SENDER, null);
  const [message] = await party.handOver(node);
  if (message?.content.kind !== 'template') throw new Error('nothing was asked');
  const { buttonPayloads } = message.content;
  const tap = async (button: number): Promise<void> => {
    party.advance(2_000);
    const payload = buttonPayloads[button] ?? '';
    await party.customer(
      node,
      phone,
      { kind: 'button', payload, label: '' },
      `wamid.${message.callbackData}`,
    );
  };
  return { yes: () => tap(0), no: () => tap(1) };
}

const fields = () =>
  [contact, lead].map(
    (id, n) => party.crm.emulator.record(n === 0 ? 'contact' : 'lead', id)?.[FIELD] ?? null,
  );
const change = (values: Record<string, unknown>) => party.crm.emulator.change('contact', contact, values);
const open = async (): Promise<boolean> =>
  (await readSendable(node.ctx.database.db, node.ctx, { phone }, SENDER, null)).freeText.allowed;

it('a write that arrives after a newer answer was written does nothing', async () => {
  const { yes, no } = await asked();
  await yes();
  fates = ['late'];
  await turns();
  expect(party.road.late()).toBe(1);
  await no();
  await settled();
  expect(fields()).toEqual([false, false]);
  await party.road.arrive();
  expect(fields()).toEqual([false, false]);
});

it('a write that arrives late, but before the newer answer, is overwritten and is nobody’s Yes', async () => {
  const { yes, no } = await asked();
  await yes();
  fates = ['late'];
  await turns();
  await no();
  await party.road.arrive();
  expect(fields()).toEqual([true, true]);
  await settled();
  expect(fields()).toEqual([false, false]);
  expect(await open()).toBe(false);
});

it('a No by hand that nobody read yet is not overwritten by our Yes', async () => {
  const { yes } = await asked();
  await yes();
  change({ [FIELD]: false });
  await settled();
  expect(fields()).toEqual([false, false]);
  expect(await open()).toBe(false);
});

it('a No by hand that equals a No of ours in flight is theirs, whatever the customer answered since', async () => {
  const { yes, no } = await asked();
  await yes();
  await settled();
  await no();
  fates = ['cut-before'];
  await turns();
  await yes();
  change({ [FIELD]: false });
  await settled();
  expect(fields()).toEqual([false, false]);
  expect(await open()).toBe(false);
});

it('a No of ours whose answer was lost, and that a newer Yes overtook, is nobody’s edit', async () => {
  const { yes, no } = await asked();
  await yes();
  await settled();
  await no();
  fates = ['cut-after'];
  await turns();
  expect(fields()).toEqual([false, false]);
  await yes();
  await settled();
  expect(fields()).toEqual([true, true]);
  expect(await open()).toBe(true);
});

it('a Yes of ours whose answer was lost, set back by hand, stays set back', async () => {
  const { yes, no } = await asked();
  await no();
  await settled();
  await yes();
  fates = ['cut-after'];
  await turns();
  change({ [FIELD]: false });
  await settled();
  expect(fields()).toEqual([false, false]);
  expect(await open()).toBe(false);
});

it('another column that somebody changes while our Yes is on its way makes no No of theirs', async () => {
  const { yes, no } = await asked();
  await no();
  await settled();
  await yes();
  meanwhile = async () => {
    change({ lastname: 'Later' });
    party.advance(31_000);
    await turns(4, party.node());
  };
  await settled();
  expect(fields()).toEqual([true, true]);
  expect(await open()).toBe(true);
});

it('a node that dies before it hears the answer leaves an echo, and no edit', async () => {
  const { no } = await asked();
  await no();
  fates = ['cut-after'];
  const mortal = party.node();
  meanwhile = async () => mortal.kill();
  await expect(party.turn(mortal)).rejects.toThrow();
  party.advance(200_000);
  await settled();
  expect(fields()).toEqual([false, false]);
  const consent = await readSendable(node.ctx.database.db, node.ctx, { phone }, SENDER, null);
  expect(consent.contact.service.source).toBe('button');
});

it('a Yes by hand that was set without knowing of a No by hand elsewhere opens nothing', async () => {
  party.crm.emulator.change('lead', lead, { [FIELD]: true });
  change({ [FIELD]: false });
  party.advance(1_000);
  await hintRecord(node.ctx, 'contact', contact);
  await turns(1);
  await settled();
  expect(fields()).toEqual([false, false]);
  expect(await open()).toBe(false);
});
