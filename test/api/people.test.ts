import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SANDBOX_PEOPLE } from '../../src/actions/sign-in.ts';
import {
  ApiKeyMadeOut,
  PersonOut,
  PersonPage,
  RoleRightsOut,
  TeamOut,
  TeamsOut,
} from '../../src/http/schemas/people.ts';
import { NOON } from '../context.ts';
import { openBrowser } from './browser.ts';
import { codeOf, type Office, openOffice, PASSWORD, signInWith, tokenOf } from './office.ts';

const [ADA, ALEX] = SANDBOX_PEOPLE;

let test: Office;
beforeAll(async () => {
  test = await openOffice();
});
afterEach(() => test.setNow(NOON));
afterAll(() => test.close());

describe('people', () => {
  it('are listed by name, page by page, and found by name or address', async () => {
    await test.invite('agent', 'Zoë Last');
    const all = [];
    for (let cursor = ''; ; ) {
      const page = PersonPage.parse((await test.admin.call('GET', `/api/people?limit=3${cursor}`)).body);
      all.push(...page.items);
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(new Set(all.map((person) => person.id)).size).toBe(all.length);
    expect(all[0]?.name).toBe('Ada Administrator');
    expect(all.at(-1)?.name).toBe('Zoë Last');
    const found = PersonPage.parse((await test.admin.call('GET', '/api/people?search=zoë')).body);
    expect(found.items.map((person) => person.name)).toEqual(['Zoë Last']);
    expect(PersonPage.parse((await test.admin.call('GET', '/api/people?search=%25')).body).items).toEqual([]);
  });

  it('who are disabled are out at once, cannot come back, and can when they are enabled', async () => {
    const { email, person, browser } = await test.member();
    const disabled = await test.admin.call('PATCH', `/api/people/${person.id}`, { disabled: true });
    expect(PersonOut.parse(disabled.body).status).toBe('disabled');
    expect(await test.newestAudit()).toMatchObject({ action: 'person.disable', after: { disabled: true } });
    expect((await browser.call('GET', '/api/me')).status).toBe(401);
    expect((await signInWith(openBrowser(test), email, PASSWORD)).status).toBe(401);
    expect(codeOf(await test.admin.call('POST', `/api/people/${person.id}/reset`))).toBe('person-disabled');
    await test.admin.call('PATCH', `/api/people/${person.id}`, { disabled: false });
    expect((await signInWith(openBrowser(test), email, PASSWORD)).status).toBe(204);
  });

  it('have an Entra object id that whoever manages people enters or takes away', async () => {
    const { person } = await test.member();
    const patch = (entraObjectId: unknown) =>
      test.admin.call('PATCH', `/api/people/${person.id}`, { entraObjectId });
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
    expect(PersonOut.parse((await patch(id.toUpperCase())).body).entraObjectId).toBe(id);
    expect(await test.newestAudit()).toMatchObject({ action: 'person.change', after: { entraObjectId: id } });
    expect((await patch('olga@contoso.example')).status).toBe(422);
    expect(PersonOut.parse((await patch(null)).body).entraObjectId).toBeNull();
  });

  it('who are disabled lose the links they have', async () => {
    const { person, invitation } = await test.invite();
    await test.admin.call('PATCH', `/api/people/${person.id}`, { disabled: true });
    const look = await openBrowser(test).call('GET', `/api/sign-in/link?token=${tokenOf(invitation)}`);
    expect(look.status).toBe(410);
  });

  it('keep an administrator: the last one can be neither demoted nor disabled', async () => {
    const second = await test.member('administrator');
    const demote = (id: string, change: object) => test.admin.call('PATCH', `/api/people/${id}`, change);
    expect((await demote(second.person.id, { role: 'agent' })).status).toBe(200);
    // Invited, and not here yet: nobody could sign in.
    const invited = await test.invite('administrator');
    for (const change of [{ role: 'agent' }, { role: 'auditor' }, { disabled: true }]) {
      const refused = await demote(ADA.id, change);
      expect([refused.status, codeOf(refused)]).toEqual([409, 'last-administrator']);
    }
    expect((await demote(ADA.id, { name: 'Ada Administrator' })).status).toBe(200);
    expect((await demote(invited.person.id, { role: 'agent' })).status).toBe(200);
  });

  it('keep an administrator when two leave at the same moment', async () => {
    const second = await test.member('administrator');
    const replies = await Promise.all(
      [ADA.id, second.person.id].map((id) =>
        test.app.inject({
          method: 'PATCH',
          url: `/api/people/${id}`,
          headers: test.key,
          payload: { disabled: true },
        }),
      ),
    );
    expect(replies.map((reply) => reply.statusCode).sort()).toEqual([200, 409]);
    const enable = (id: string) =>
      test.app.inject({
        method: 'PATCH',
        url: `/api/people/${id}`,
        headers: test.key,
        payload: { disabled: false },
      });
    await enable(ADA.id);
    await enable(second.person.id);
    await test.app.inject({
      method: 'PATCH',
      url: `/api/people/${second.person.id}`,
      headers: test.key,
      payload: { role: 'agent' },
    });
    test.admin = await test.signedIn('administrator');
  });

  it('change their own preferences, and nobody else’s', async () => {
    const { browser } = await test.member();
    const patch = await browser.call('PATCH', '/api/me/preferences', { language: 'pt-BR' });
    expect(patch.body).toEqual({
      language: 'pt-BR',
      timeZone: null,
      sound: true,
      browserNotifications: false,
    });
    await browser.call('PATCH', '/api/me/preferences', { sound: false });
    expect((await browser.call('GET', '/api/me')).body).toMatchObject({
      preferences: { language: 'pt-BR', sound: false },
    });
  });
});

describe('rights', () => {
  it('that are taken away act on the next request of a page that is open', async () => {
    const { browser } = await test.member();
    const roles = RoleRightsOut.parse((await test.admin.call('GET', '/api/roles')).body);
    expect(roles.agentLeast).toEqual(['see-chats', 'record-refusal']);
    const less = roles.agent.filter((right) => right !== 'edit-records');
    const edit = () => browser.call('POST', '/api/records/contact', { values: { fullname: 'X' } });
    expect((await edit()).status).toBe(201);
    expect((await test.admin.call('PUT', '/api/roles', { agent: less })).status).toBe(200);
    expect(await test.newestAudit()).toMatchObject({ action: 'roles.change', subject: 'roles' });
    const refused = await edit();
    expect([refused.status, codeOf(refused)]).toEqual([403, 'not-allowed']);
    expect((await browser.call('GET', '/api/me')).body).toMatchObject({ rights: less });
    await test.admin.call('PUT', '/api/roles', { agent: roles.agent });
    expect((await edit()).status).toBe(201);
  });

  it('of auditors never go beyond reading, and agents keep the least', async () => {
    const refused = await test.admin.call('PUT', '/api/roles', { auditor: ['see-chats', 'chat'] });
    expect([refused.status, codeOf(refused)]).toEqual([422, 'auditors-only-read']);
    const roles = RoleRightsOut.parse((await test.admin.call('GET', '/api/roles')).body);
    const least = RoleRightsOut.parse((await test.admin.call('PUT', '/api/roles', { agent: [] })).body);
    expect(least.agent).toEqual(['see-chats', 'record-refusal']);
    await test.admin.call('PUT', '/api/roles', { agent: roles.agent });
  });

  it('cannot be given by who does not have them', async () => {
    const { body } = await test.admin.call('POST', '/api/api-keys', {
      name: 'provisioning',
      scopes: ['manage-people', 'see-chats'],
    });
    const headers = { authorization: `Bearer ${ApiKeyMadeOut.parse(body).key}` };
    const asKey = (method: 'POST' | 'PATCH' | 'PUT', url: string, payload: object) =>
      openBrowser(test).call(method, url, payload, headers);
    const { person } = await test.member();
    const email = 'mallory@contoso.example';
    for (const attempt of [
      asKey('POST', '/api/people', { name: 'M', email, role: 'administrator' }),
      asKey('POST', '/api/people', { name: 'M', email, role: 'agent' }),
      asKey('PATCH', `/api/people/${person.id}`, { role: 'administrator' }),
      asKey('PATCH', `/api/people/${ADA.id}`, { email }),
      asKey('POST', `/api/people/${ADA.id}/reset`, {}),
      asKey('POST', '/api/api-keys', { name: 'more', scopes: ['chat'] }),
      asKey('PUT', '/api/roles', { agent: ['manage-settings'] }),
    ]) {
      const reply = await attempt;
      expect([reply.status, codeOf(reply)]).toEqual([403, 'not-allowed']);
    }
    expect((await asKey('POST', '/api/api-keys', { name: 'less', scopes: ['see-chats'] })).status).toBe(201);
  });
});

describe('teams', () => {
  it('are made, changed and removed, and not while something belongs to them', async () => {
    const made = await test.admin.call('POST', '/api/teams', { name: 'Sales', members: [ALEX.id] });
    const sales = TeamOut.parse(made.body);
    expect(sales).toMatchObject({ name: 'Sales', members: [{ name: 'Alex Agent' }], everyone: false });
    expect(codeOf(await test.admin.call('POST', '/api/teams', { name: 'SALES' }))).toBe('name-taken');
    expect((await test.admin.call('PUT', '/api/channel/team', { team: sales.id })).body).toEqual({
      team: { id: sales.id, name: 'Sales' },
    });
    expect(codeOf(await test.admin.call('DELETE', `/api/teams/${sales.id}`))).toBe('team-in-use');
    await test.admin.call('PUT', '/api/channel/team', { team: null });
    const renamed = await test.admin.call('PATCH', `/api/teams/${sales.id}`, {
      name: 'Support',
      members: [],
    });
    expect(TeamOut.parse(renamed.body)).toMatchObject({ name: 'Support', members: [] });
    expect((await test.admin.call('DELETE', `/api/teams/${sales.id}`)).status).toBe(204);
    const { items } = TeamsOut.parse((await test.admin.call('GET', '/api/teams')).body);
    expect(items.map((team) => [team.name, team.everyone])).toEqual([['Everyone', true]]);
    expect(codeOf(await test.admin.call('DELETE', `/api/teams/${items[0]?.id}`))).toBe('team-in-use');
  });

  it('of a person are what an administrator says', async () => {
    const { person } = await test.invite();
    const { id } = TeamOut.parse((await test.admin.call('POST', '/api/teams', { name: 'Night shift' })).body);
    const moved = await test.admin.call('PATCH', `/api/people/${person.id}`, { teams: [id] });
    expect(PersonOut.parse(moved.body).teams).toEqual([{ id, name: 'Night shift' }]);
    const unknown = await test.admin.call('PATCH', `/api/people/${person.id}`, { teams: [ADA.id] });
    expect([unknown.status, codeOf(unknown)]).toEqual([422, 'team-unknown']);
  });
});
