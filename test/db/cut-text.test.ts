import { afterAll, beforeAll, expect, it } from 'vitest';
import { saveMirrorRecords } from '../../src/db/crm-page.ts';
import { readRecord, searchText } from '../../src/db/records.ts';
import { createTestContext, NOON, type TestContext } from '../context.ts';

/** What is cut for a column is still text that travels inside JSON, on both engines. */

let context: TestContext;
beforeAll(async () => {
  context = await createTestContext();
});
afterAll(() => context.close());

it('a page of a remote CRM is stored whose record is cut for the search where an emoji stands', async () => {
  const { db } = context.ctx.database;
  for (const before of [3_998, 3_999, 4_000]) {
    const data = { description: `${'x'.repeat(before)}😀 and more` };
    const id = `00000000-0000-4000-8000-00000000${before}`;
    const row = { id, data, search: searchText(data), createdAt: NOON, etag: null };
    await saveMirrorRecords(db, 'contact', [row], NOON, NOON);
    expect((await readRecord(db, 'contact', id))?.data).toEqual(data);
  }
});
