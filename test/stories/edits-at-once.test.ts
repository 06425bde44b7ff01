import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts';
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
