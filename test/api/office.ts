import { expect } from 'vitest';
import type { z } from 'zod';
import type { Role } from '../../src/core/rights.ts';
import { AuditOut } from '../../src/http/schemas/administration.ts';
import { Problem, pageOf } from '../../src/http/schemas/common.ts';
import { InvitedOut } from '../../src/http/schemas/people.ts';
import { createTestApp, type TestApp } from '../app.ts';
import { type Browser, openBrowser } from './browser.ts';

export const PASSWORD = 'seven wild geese at sea';
export const OTHER = 'eight tame ducks on land';
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const codeOf = (reply: { body: unknown }): string => Problem.parse(reply.body).code;
export const tokenOf = (link: { url: string }): string => new URL(link.url).searchParams.get('token') ?? '';

export const signInWith = (browser: Browser, email: string, password: string) =>
  browser.call('POST', '/api/sign-in/password', { email, password });

export interface Office extends TestApp {
  /** An administrator's browser, signed in. */
  admin: Browser;
  /** A browser of one of the sandbox's people. */
  signedIn(role: Role): Promise<Browser>;
  invite(role?: Role, name?: string): Promise<z.infer<typeof InvitedOut> & { email: string }>;
  /** Somebody who was invited and has chosen `PASSWORD`. */
  member(role?: Role): Promise<z.infer<typeof InvitedOut> & { email: string; browser: Browser }>;
  newestAudit(): Promise<z.infer<typeof AuditOut>>;
}

/** The whole API, and people who come to it as people do. */
export async function openOffice(options: Parameters<typeof createTestApp>[0] = {}): Promise<Office> {
  const test = await createTestApp({ routes: 'api', ...options });
  const signedIn = async (role: Role): Promise<Browser> => {
    const browser = openBrowser(test);
    await browser.call('GET', await test.link(role));
    return browser;
  };
  let people = 0;
  const office: Office = {
    ...test,
    admin: await signedIn('administrator'),
    signedIn,
    async invite(role = 'agent', name = 'Nina Newcomer') {
      people += 1;
      const email = `nina${people}@contoso.example`;
      const reply = await office.admin.call('POST', '/api/people', { name, email, role });
      expect(reply.status).toBe(201);
      return { email, ...InvitedOut.parse(reply.body) };
    },
    async member(role = 'agent') {
      const invited = await office.invite(role);
      const browser = openBrowser(test);
      const token = tokenOf(invited.invitation);
      const reply = await browser.call('POST', '/api/sign-in/link', { token, password: PASSWORD });
      expect(reply.status).toBe(204);
      return { ...invited, browser };
    },
    async newestAudit() {
      const page = pageOf(AuditOut).parse((await office.admin.call('GET', '/api/audit?limit=1')).body);
      const [entry] = page.items;
      if (entry === undefined) throw new Error('no audit entry');
      return entry;
    },
  };
  return office;
}
