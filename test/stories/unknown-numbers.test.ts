import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConversationOut, ConversationPage } from '../../src/http/schemas/chat.ts';
import { TracePage } from '../../src/http/schemas/desk.ts';
import { DuplicatesOut, ProposedRecordOut, RecordOut } from '../../src/http/schemas/records.ts';
import { openWorld, type TypeSetUp, type World } from './world.ts';

/** Customers who are in no record: they become one, or part of one, and what they decided before comes along. */

let world: World;
let contact: TypeSetUp;
beforeAll(async () => {
  world = await openWorld();
  contact = await world.setUpContactType();
});
afterAll(() => world.close());

async function stranger(words: string, name: string): Promise<{ phone: string; id: string }> {
  const phone = world.newPhone();
  world.emulator.changeCustomer(phone, { name });
  await world.says(phone, words);
  const { items } = await world.ok(
    ConversationPage,
    'GET',
    `/api/conversations?phone=${encodeURIComponent(phone)}`,
  );
  const [conversation] = items;
  if (conversation === undefined) throw new Error(`${phone} has no conversation`);
  return { phone, id: conversation.id };
}

describe('a new record from a chat', () => {
  it('begins with what the chat knows, without the Compliance Field', async () => {
    const { id, phone } = await stranger('Hello?', 'Nora Newton');
    const form = await world.ok(
      ProposedRecordOut,
      'GET',
      `/api/conversations/${id}/new-record?table=contact`,
    );
    expect(form.values).toMatchObject({ fullname: 'Nora Newton', firstname: 'Nora', lastname: 'Newton' });
    expect(form.values.mobilephone?.replaceAll(/[ -]/g, '')).toBe(phone);
    expect(form.columns.map((column) => column.name)).not.toContain('assent_allowwhatsapp');
  });

  it('takes over the refusal the customer gave before any record was there', async () => {
    const { id, phone } = await stranger('STOP', 'Rita Refuser');
    const record = await world.ok(RecordOut, 'POST', `/api/conversations/${id}/record`, {
      table: 'contact',
      values: { fullname: 'Rita Refuser' },
    });
    expect(record.phones).toEqual([phone]);
    expect(record.complianceValue).toBe(false);
    expect(record.consent.service).toBe('denied');
    const conversation = await world.ok(ConversationOut, 'GET', `/api/conversations/${id}`);
    expect(conversation.records).toEqual([{ recordType: 'contact', id: record.id, name: 'Rita Refuser' }]);
    const { items } = await world.ok(TracePage, 'GET', `/api/conversations/${id}/trace`);
    expect(items.map((one) => [one.kind, one.subject?.name])).toContainEqual([
      'record-created',
      'Rita Refuser',
    ]);
  });

  it('says so where no phone field of the form holds the number', async () => {
    const { id } = await stranger('Hi', 'Otto Other');
    const problem = await world.refused(422, 'POST', `/api/conversations/${id}/record`, {
      table: 'contact',
      values: { fullname: 'Otto', mobilephone: '+1 202 555 0999', telephone1: '+1 202 555 0998' },
    });
    expect(problem.code).toBe('number-not-in-record');
  });

  it('names every problem of the form at once', async () => {
    const { id } = await stranger('Hi', 'Paula Problem');
    const problem = await world.refused(422, 'POST', `/api/conversations/${id}/record`, {
      table: 'contact',
      values: { fullname: 7, telephone1: 'not a number', shoesize: '42' },
    });
    expect(problem.problems?.map((one) => one.code).sort()).toEqual([
      'column-missing',
      'not-text',
      'phone-invalid',
    ]);
  });
});

describe('an existing record', () => {
  it('is found as a possible duplicate by name, and by the last digits of the number', async () => {
    const { id, phone } = await stranger('Hi', 'Dora Double');
    const byName = await world.record('contact', { fullname: 'Dora Double' });
    const byNumber = await world.record('contact', {
      fullname: 'D. D.',
      telephone1: `+44 20 ${phone.slice(-8)}`,
    });
    const { items } = await world.ok(DuplicatesOut, 'GET', `/api/conversations/${id}/duplicates`);
    expect(items.map((one) => [one.id, one.because])).toEqual([
      [byNumber.id, 'number'],
      [byName.id, 'name'],
    ]);
    const searched = await world.ok(
      DuplicatesOut,
      'GET',
      `/api/conversations/${id}/duplicates?search=${encodeURIComponent('100%')}`,
    );
    expect(searched.items.filter((one) => one.because === 'name')).toEqual([]);
  });

  it('gets the number into its first empty phone field, and the decision of the number', async () => {
    const { id, phone } = await stranger('Hi', 'Lia Linked');
    const answer = await world.send({ to: { conversationId: id }, text: 'Good morning' });
    expect(answer.status).toBe(202);
    await world.says(phone, 'stop');
    const record = await world.record('contact', { fullname: 'Lia Linked', mobilephone: '' });
    const conversation = await world.ok(ConversationOut, 'POST', `/api/conversations/${id}/link`, {
      recordType: 'contact',
      recordId: record.id,
    });
    expect(conversation.records.map((one) => one.id)).toEqual([record.id]);
    expect((await world.readRecord(record)).complianceValue).toBe(false);
    const again = await world.refused(409, 'POST', `/api/conversations/${id}/link`, {
      recordType: 'contact',
      recordId: record.id,
    });
    expect(again.code).toBe('already-linked');
  });

  it('asks which number to replace where every phone field is full', async () => {
    const { id, phone } = await stranger('Hi', 'Fulla Full');
    const record = await world.record('contact', {
      fullname: 'Fulla',
      mobilephone: '+1 202 555 0177',
      telephone1: '+1 202 555 0178',
    });
    const target = { recordType: 'contact', recordId: record.id };
    const full = await world.refused(409, 'POST', `/api/conversations/${id}/link`, target);
    expect(full.code).toBe('no-empty-phone-field');
    const wrong = await world.refused(422, 'POST', `/api/conversations/${id}/link`, {
      ...target,
      column: 'fullname',
    });
    expect(wrong.code).toBe('column-missing');
    await world.ok(z.unknown(), 'POST', `/api/conversations/${id}/link`, { ...target, column: 'telephone1' });
    expect((await world.readRecord(record)).phones).toContain(phone);
  });
});

it('asks for consent by the new record’s own template afterwards', async () => {
  const { id } = await stranger('Hello', 'Tara Template');
  await world.ok(RecordOut, 'POST', `/api/conversations/${id}/record`, {
    table: 'contact',
    values: { fullname: 'Tara Template' },
  });
  const sent = await world.send({ to: { conversationId: id }, messageTemplateId: contact.consent });
  expect(sent.status).toBe(202);
});
