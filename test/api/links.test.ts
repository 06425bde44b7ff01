import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSetupLink } from '../../src/actions/invite.ts';
import { LinkInfoOut, LinkOut, SessionsOut } from '../../src/http/schemas/people.ts';
import { createTestApp } from '../app.ts';
import { NOON } from '../context.ts';
import { openBrowser } from './browser.ts';
import { codeOf, DAY, type Office, OTHER, openOffice, PASSWORD, tokenOf } from './office.ts';

let test: Office;
beforeAll(async () => {
  test = await openOffice();
});
afterEach(() => test.setNow(NOON));
afterAll(() => test.close());

describe('an invitation', () => {
  it('makes a person who chooses a password behind the link and is signed in', async () => {
    const { email, person, invitation } = await test.invite();
    expect(person).toMatchObject({ email, role: 'agent', status: 'invited', signsInWith: ['link'] });
    expect(person.teams.map((team) => team.name)).toEqual(['Everyone']);
    expect(invitation.url).toMatch(/^http:\/\/127\.0\.0\.1:3000\/welcome-in\?token=[\w-]{43,}$/);
    expect(await test.newestAudit()).toMatchObject({
      actor: 'Ada Administrator',
      action: 'person.invite',
      subject: person.id,
      after: { name: 'Nina Newcomer', email, role: 'agent', teams: ['Everyone'], disabled: false },
    });

    const browser = openBrowser(test);
    const info = await browser.call('GET', `/api/sign-in/link?token=${tokenOf(invitation)}`);
    expect(LinkInfoOut.parse(info.body)).toMatchObject({
      purpose: 'invitation',
      name: 'Nina Newcomer',
      email,
      passwordRules: { minLength: 15, maxLength: 256 },
    });
    const accepted = await browser.call('POST', '/api/sign-in/link', {
      token: tokenOf(invitation),
      password: PASSWORD,
    });
    expect(accepted.status).toBe(204);
    expect((await browser.call('GET', '/api/me')).body).toMatchObject({ email, hasPassword: true });
    const [mine] = SessionsOut.parse((await browser.call('GET', '/api/me/sessions')).body).items;
    expect(mine).toMatchObject({ method: 'password', userAgent: 'Mozilla/5.0 (a test)', current: true });
  });

  it('is used once, and looking at it does not use it', async () => {
    const { invitation } = await test.invite();
    const token = tokenOf(invitation);
    const browser = openBrowser(test);
    for (let n = 0; n < 3; n += 1)
      expect((await browser.call('GET', `/api/sign-in/link?token=${token}`)).status).toBe(200);
    await browser.call('HEAD', `/api/sign-in/link?token=${token}`);
    const accept = () => openBrowser(test).call('POST', '/api/sign-in/link', { token, password: PASSWORD });
    const both = await Promise.all([accept(), accept()]);
    expect(both.map((reply) => reply.status).sort()).toEqual([204, 410]);
    const late = await accept();
    expect([late.status, codeOf(late)]).toEqual([410, 'link-not-good']);
    expect(codeOf(await browser.call('GET', `/api/sign-in/link?token=${token}`))).toBe('link-not-good');
  });

  it('opened as a plain sign-in link leads to the page where the password is chosen, and stays good', async () => {
    const token = tokenOf((await test.invite()).invitation);
    const browser = openBrowser(test);
    const opened = await browser.call('GET', `/sign-in?token=${token}`);
    expect([opened.status, opened.headers.location]).toEqual([303, `/welcome-in?token=${token}`]);
    expect(browser.cookies.size).toBe(0);
    expect((await browser.call('GET', `/api/sign-in/link?token=${token}`)).status).toBe(200);
  });

  it('stays good where the password is not taken', async () => {
    const token = tokenOf((await test.invite()).invitation);
    const browser = openBrowser(test);
    const choose = (password: string) => browser.call('POST', '/api/sign-in/link', { token, password });
    const codes = [];
    for (const password of ['short', 'Nina Newcomer 2026', 'x'.repeat(15), 'ab c '.repeat(60)])
      codes.push(codeOf(await choose(password)));
    expect(codes).toEqual([
      'password-too-short',
      'password-too-common',
      'password-too-common',
      'password-too-long',
    ]);
    expect((await choose(PASSWORD)).status).toBe(204);
  });

  it('is void after seven days, and after a newer one', async () => {
    const { person, invitation } = await test.invite();
    const again = LinkOut.parse((await test.admin.call('POST', `/api/people/${person.id}/invitation`)).body);
    const look = (link: { url: string }) =>
      openBrowser(test).call('GET', `/api/sign-in/link?token=${tokenOf(link)}`);
    expect((await look(invitation)).status).toBe(410);
    test.setNow(NOON + 7 * DAY - 1);
    expect((await look(again)).status).toBe(200);
    test.setNow(NOON + 7 * DAY);
    expect((await look(again)).status).toBe(410);
  });

  it('is not made for an address that somebody has, whatever its case', async () => {
    const { email } = await test.invite();
    const twice = await test.admin.call('POST', '/api/people', {
      name: 'Other',
      email: email.toUpperCase(),
      role: 'agent',
    });
    expect([twice.status, codeOf(twice)]).toEqual([422, 'email-taken']);
  });

  it('is not made again for who has come', async () => {
    const { person } = await test.member();
    const again = await test.admin.call('POST', `/api/people/${person.id}/invitation`);
    expect([again.status, codeOf(again)]).toEqual([409, 'already-joined']);
  });

  it('cannot be guessed at for long', async () => {
    const browser = openBrowser(test);
    const guess = (n: number) => browser.call('GET', `/api/sign-in/link?token=guess-${n}`);
    for (let n = 1; n <= 10; n += 1) expect((await guess(n)).status).toBe(410);
    expect((await guess(11)).status).toBe(429);
    const { invitation } = await test.invite();
    expect((await browser.call('GET', `/api/sign-in/link?token=${tokenOf(invitation)}`)).status).toBe(429);
  });
});

describe('the first administrator', () => {
  it('is made behind the setup link, and then no setup link opens anything', async () => {
    const empty = await createTestApp({ routes: 'api' });
    try {
      expect(await createSetupLink(empty.ctx, 'http://here')).toBeNull();
      await sql`update person set role = 'agent'`.execute(empty.ctx.database.db);
      // Somebody invited, who never joined, can let nobody in.
      await sql`insert into person (id, name, email, role)
        values (gen_random_uuid(), 'Ina Invited', 'ina@contoso.example', 'administrator')`.execute(
        empty.ctx.database.db,
      );
      const [link, other] = [
        await createSetupLink(empty.ctx, 'http://here'),
        await createSetupLink(empty.ctx, 'http://here'),
      ];
      if (link === null || other === null) throw new Error('there is an administrator already');
      const browser = openBrowser(empty);
      const info = await browser.call('GET', `/api/sign-in/link?token=${tokenOf(link)}`);
      expect(info.body).toMatchObject({ purpose: 'setup', email: null });
      const nameless = await browser.call('POST', '/api/sign-in/link', {
        token: tokenOf(link),
        password: PASSWORD,
      });
      expect(nameless.status).toBe(422);
      const first = { name: 'Fay First', email: 'fay@contoso.example', password: PASSWORD };
      const made = await browser.call('POST', '/api/sign-in/link', { token: tokenOf(link), ...first });
      expect(made.status).toBe(204);
      expect((await browser.call('GET', '/api/me')).body).toMatchObject({
        name: 'Fay First',
        role: 'administrator',
      });
      const second = { name: 'Eve', email: 'eve@evil.example', password: OTHER };
      const late = await openBrowser(empty).call('POST', '/api/sign-in/link', {
        token: tokenOf(other),
        ...second,
      });
      expect([late.status, codeOf(late)]).toEqual([410, 'link-not-good']);
      expect(await createSetupLink(empty.ctx, 'http://here')).toBeNull();
    } finally {
      await empty.close();
    }
  });
});
