import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { SettingsOut } from '../../src/http/schemas/administration.ts';
import { RecordTypeOut } from '../../src/http/schemas/records.ts';
import { MessageTemplateOut } from '../../src/http/schemas/templates.ts';
import { createTestApp, type TestApp } from '../app.ts';

/** Two administrators change different things of one thing at once: both changes stand. */

let test: TestApp;
const TIMES = 8;

beforeAll(async () => {
  test = await createTestApp({ routes: 'api' });
});
afterAll(() => test.close());

const call = async (
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  url: string,
  payload?: object,
): Promise<unknown> => {
  const answer = await test.app.inject({
    method,
    url,
    headers: test.key,
    ...(payload === undefined ? {} : { payload }),
  });
  expect(answer.statusCode, answer.body).toBeLessThan(300);
  return answer.json();
};

it('of the settings, from the first change on', async () => {
  for (let n = 1; n <= TIMES; n += 1) {
    await Promise.all([
      call('PATCH', '/api/settings', { requestOpenDays: n }),
      call('PATCH', '/api/settings', { holdDays: n }),
      call('PATCH', '/api/settings', { rawWebhookDays: n }),
    ]);
    expect(await call('GET', '/api/settings')).toEqual({
      ...DEFAULT_SETTINGS,
      requestOpenDays: n,
      holdDays: n,
      rawWebhookDays: n,
      etag: expect.any(String),
    });
  }
});

it('of a message template', async () => {
  await call('PUT', '/api/record-types/contact', { phoneColumns: ['mobilephone'] });
  const made = await call('POST', '/api/message-templates', {
    name: 'Parcel',
    type: 'utility',
    recordType: 'contact',
  });
  const path = `/api/message-templates/${MessageTemplateOut.parse(made).id}`;
  for (let n = 1; n <= TIMES; n += 1) {
    const change = { name: `Parcel ${n}`, bindings: { 1: { text: `Parcel ${n}` } } };
    await Promise.all([
      call('PATCH', path, { name: change.name }),
      call('PATCH', path, { bindings: change.bindings }),
    ]);
    expect(MessageTemplateOut.parse(await call('GET', path))).toMatchObject(change);
  }
});

/** Who says what they began with is told where it is another by now; who does not say so saves as ever. */
describe('with If-Match', () => {
  const asked = (
    method: 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE',
    url: string,
    on?: string,
    payload?: object,
  ) =>
    test.app.inject({
      method,
      url,
      headers: { ...test.key, ...(on === undefined ? {} : { 'if-match': on }) },
      ...(payload === undefined ? {} : { payload }),
    });
  const Tagged = z.looseObject({ etag: z.string() });
  /** The tag of what is there, which header and body say. */
  const tagOf = async (url: string): Promise<string> => {
    const answer = await asked('GET', url);
    const { etag } = Tagged.parse(answer.json());
    expect(answer.headers.etag).toBe(etag);
    return etag;
  };
  const expectRefused = (answer: { statusCode: number; json(): unknown }): void => {
    expect(answer.statusCode).toBe(412);
    expect(answer.json()).toMatchObject({ status: 412, code: 'changed-meanwhile' });
  };
  const contact = (displayName: string) => ({ displayName, phoneColumns: ['mobilephone'] });

  const things = [
    {
      what: 'the settings',
      path: async () => '/api/settings',
      change: (url: string, on: string | undefined, value: string) =>
        asked('PATCH', url, on, { businessName: value }),
      valueIn: (body: unknown) => SettingsOut.parse(body).businessName,
    },
    {
      what: 'a record type',
      path: async () => {
        await call('PUT', '/api/record-types/contact', contact('Contact'));
        return '/api/record-types/contact';
      },
      change: (url: string, on: string | undefined, value: string) => asked('PUT', url, on, contact(value)),
      valueIn: (body: unknown) => RecordTypeOut.parse(body).displayName,
    },
    {
      what: 'a message template',
      path: async () => {
        await call('PUT', '/api/record-types/contact', contact('Contact'));
        const made = await call('POST', '/api/message-templates', {
          name: 'Parcel',
          type: 'opt-in',
          recordType: 'contact',
          keywords: [{ text: 'Gladly' }],
        });
        return `/api/message-templates/${MessageTemplateOut.parse(made).id}`;
      },
      change: (url: string, on: string | undefined, value: string) =>
        asked('PATCH', url, on, { name: value }),
      valueIn: (body: unknown) => MessageTemplateOut.parse(body).name,
    },
  ];

  it.each(things)('a change of $what is made on what was read, and on nothing newer', async (thing) => {
    const url = await thing.path();
    const began = await tagOf(url);
    const first = await thing.change(url, began, 'First');
    expect(first.statusCode, first.body).toBe(200);
    // The answer names what stands there now, for the next change.
    expect(Tagged.parse(first.json()).etag).toBe(await tagOf(url));
    expect(first.headers.etag).toBe(await tagOf(url));

    expectRefused(await thing.change(url, began, 'Second'));
    expect(thing.valueIn((await asked('GET', url)).json())).toBe('First');

    // Without it, and for whoever takes what is there, as ever.
    expect((await thing.change(url, undefined, 'Third')).statusCode).toBe(200);
    expect((await thing.change(url, '*', 'Fourth')).statusCode).toBe(200);
    expect((await thing.change(url, `"other", W/${await tagOf(url)}`, 'Fifth')).statusCode).toBe(200);
    expect(thing.valueIn((await asked('GET', url)).json())).toBe('Fifth');
    expect((await thing.change(url, 'no tag', 'Sixth')).statusCode).toBe(422);
  });

  it.each(things)('of two changes of $what at once, one is told', async (thing) => {
    const url = await thing.path();
    for (let n = 1; n <= TIMES; n += 1) {
      const on = await tagOf(url);
      const answers = await Promise.all([1, 2, 3].map((who) => thing.change(url, on, `${n} by ${who}`)));
      expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412, 412]);
      const saved = answers.find(({ statusCode }) => statusCode === 200);
      expect(thing.valueIn((await asked('GET', url)).json())).toBe(thing.valueIn(saved?.json()));
    }
  });

  it('nothing is published or retired that somebody else changed', async () => {
    const url = await things[2]?.path();
    const read = await tagOf(url ?? '');
    await call('PATCH', url ?? '', { keywords: [{ text: 'Never mind' }] });
    expectRefused(await asked('POST', `${url}/publish`, read));
    expectRefused(await asked('POST', `${url}/retire`, read));
    expect(await call('GET', url ?? '')).toMatchObject({ status: 'draft' });
    expect((await asked('POST', `${url}/publish`, await tagOf(url ?? ''))).statusCode).toBe(200);
    // Published, it is another: a draft on what was read before would not say so.
    const published = await tagOf(url ?? '');
    expect((await asked('POST', `${url}/retire`, published)).statusCode).toBe(200);
    expect(await tagOf(url ?? '')).not.toBe(published);
  });

  it('a record type that was removed is not made again by who changes it', async () => {
    const url = '/api/record-types/lead';
    await call('PUT', url, contact('Lead'));
    const read = await tagOf(url);
    await call('PUT', url, contact('Leads'));
    expectRefused(await asked('DELETE', url, read));
    expect((await asked('DELETE', url, await tagOf(url))).statusCode).toBe(204);
    expect((await asked('GET', url)).statusCode).toBe(404);
    expectRefused(await asked('PUT', url, read, contact('Lead')));
    expect((await asked('GET', url)).statusCode).toBe(404);
  });

  it('the list names each record type by the tag that a change of it takes', async () => {
    await call('PUT', '/api/record-types/contact', contact('Contact'));
    const { items } = z
      .object({ items: z.array(RecordTypeOut) })
      .parse(await call('GET', '/api/record-types'));
    const listed = items.find(({ table }) => table === 'contact')?.etag;
    expect(listed).toBe(await tagOf('/api/record-types/contact'));
  });
});
