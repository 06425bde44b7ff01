import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestContext, type TestContext } from '../../test/context.ts';
import { insertPerson, updatePerson, type Whom } from '../db/people.ts';
import { createAuditedSignInLink } from './sign-in.ts';

let context: TestContext;
const URL = 'https://assent.example.com';

beforeAll(async () => {
  context = await createTestContext();
  const { ctx } = context;
  const add = async (name: string, email: string, role: 'administrator' | 'agent' | 'auditor') => {
    const id = ctx.make.id();
    const oidcSubject = `issuer|${email}`;
    await insertPerson(ctx.database.db, { id, name, email, role, oidcSubject, now: ctx.clock() });
    return id;
  };
  await add('Maria', 'maria@example.com', 'administrator');
  await add('Jo', 'jo@example.com', 'agent');
  await add('Jo', 'jo.the.second@example.com', 'agent');
  const gone = await add('Gone', 'gone@example.com', 'auditor');
  await updatePerson(ctx.database.db, gone, {
    name: 'Gone',
    email: 'gone@example.com',
    role: 'auditor',
    disabledAt: ctx.clock(),
  });
});
afterAll(() => context.close());

const link = (whom: Whom) => createAuditedSignInLink(context.ctx, whom, 'test', URL);

test.each<[Whom]>([[{ email: 'JO@example.com' }], [{ name: 'maria' }], [{ role: 'administrator' }]])(
  '%j is one person: a link',
  async (whom) => {
    expect(await link(whom)).toContain(`${URL}/sign-in?token=`);
  },
);

test.each<[Whom, string]>([
  [{ role: 'agent' }, '2 people have the role agent: Jo, Jo. Name one with --email or --name.'],
  [{ name: 'Jo' }, '2 people have this name. Name one with --email.'],
  [
    { email: 'nobody@example.com' },
    'Nobody has the e-mail address “nobody@example.com”, or they are disabled.',
  ],
  [{ email: 'gone@example.com' }, 'Nobody has the e-mail address “gone@example.com”, or they are disabled.'],
  [{ role: 'auditor' }, 'Nobody has the role auditor, or they are disabled.'],
])('%j is nobody in particular: %s', async (whom, sentence) => {
  await expect(link(whom)).rejects.toThrow(sentence);
});
