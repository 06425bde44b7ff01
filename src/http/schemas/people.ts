import { z } from 'zod';
import { RIGHTS } from '../../core/rights.ts';
import { Id, pageOf, Time } from './common.ts';

/** People, teams, roles, sessions and API keys, as the API shows them. */

export const RoleName = z.enum(['administrator', 'agent', 'auditor']);
export const RightName = z.enum(RIGHTS);
export const Reference = z.object({ id: Id, name: z.string() });
export type Reference = z.infer<typeof Reference>;

export const LanguageName = z.enum(['en', 'es', 'pt-BR', 'ar']);
export type LanguageName = z.infer<typeof LanguageName>;

/** A person's own choices; null follows the browser. */
export const Preferences = z.object({
  language: LanguageName.nullable(),
  /** IANA name, such as America/Sao_Paulo. */
  timeZone: z.string().max(60).nullable(),
  sound: z.boolean(),
  browserNotifications: z.boolean(),
});
export type Preferences = z.infer<typeof Preferences>;
export const PreferencesPatch = Preferences.partial();

export const PersonOut = z.object({
  id: Id,
  name: z.string(),
  email: z.string().nullable(),
  role: RoleName,
  teams: z.array(Reference),
  status: z.enum(['active', 'invited', 'locked', 'disabled']),
  signsInWith: z.array(z.enum(['password', 'oidc', 'link'])),
  /** Object id in Entra ID; a CRM shows them as the author of what they write. */
  entraObjectId: z.string().nullable(),
  lastSeenAt: Time.nullable(),
  createdAt: Time,
});
export type PersonOut = z.infer<typeof PersonOut>;
export const PersonPage = pageOf(PersonOut);
export type PersonPage = z.infer<typeof PersonPage>;

const Name = z.string().trim().min(1).max(100);
const Email = z.email().max(254);
export const PersonInput = z
  .object({ name: Name, email: Email, role: RoleName, teams: z.array(Id).max(100).optional() })
  .strict();
export const PersonPatch = z
  .object({
    name: Name,
    email: Email,
    role: RoleName,
    teams: z.array(Id).max(100),
    disabled: z.boolean(),
    entraObjectId: z.guid().toLowerCase().nullable(),
  })
  .partial()
  .strict();
/** A link that was just made: shown once, the administrator hands it over. */
export const LinkOut = z.object({ url: z.string(), expiresAt: Time });
export type LinkOut = z.infer<typeof LinkOut>;
export const InvitedOut = z.object({ person: PersonOut, invitation: LinkOut });
export type InvitedOut = z.infer<typeof InvitedOut>;

/** What the page behind an invitation, reset or setup link shows before it is used. */
export const LinkPurpose = z.enum(['sign-in', 'invitation', 'reset', 'setup']);
export const LinkInfoOut = z.object({
  purpose: LinkPurpose,
  name: z.string(),
  email: z.string().nullable(),
  expiresAt: Time,
  passwordRules: z.object({ minLength: z.number(), maxLength: z.number() }),
});
export type LinkInfoOut = z.infer<typeof LinkInfoOut>;
export const AcceptLink = z
  .object({
    token: z.string().min(1).max(200),
    password: z.string().max(1000),
    /** Setup only: who the first administrator is. */
    name: Name.optional(),
    email: Email.optional(),
  })
  .strict();
export const PasswordSignIn = z
  .object({ email: z.string().min(1).max(254), password: z.string().min(1).max(1000) })
  .strict();
export const PasswordChange = z
  .object({ current: z.string().max(1000), next: z.string().max(1000) })
  .strict();
/** How people may sign in here; anybody may ask. */
export const SignInOptionsOut = z.object({
  password: z.boolean(),
  /** Where "Sign in with …" leads; null where OpenID Connect is not configured. */
  oidc: z.object({ name: z.string(), url: z.string() }).nullable(),
  sandbox: z.boolean(),
});
export type SignInOptionsOut = z.infer<typeof SignInOptionsOut>;

/** Where the browser goes to end the session at the issuer of OpenID Connect too. */
export const SignedOut = z.object({ url: z.string() });
export type SignedOut = z.infer<typeof SignedOut>;

export const SessionOut = z.object({
  id: Id,
  method: z.enum(['link', 'password', 'oidc']),
  userAgent: z.string().nullable(),
  address: z.string().nullable(),
  signedInAt: Time,
  seenAt: Time,
  current: z.boolean(),
});
export const SessionsOut = z.object({ items: z.array(SessionOut) });
export type SessionsOut = z.infer<typeof SessionsOut>;

export const ApiKeyOut = z.object({
  id: Id,
  name: z.string(),
  hint: z.string(),
  scopes: z.array(RightName),
  createdBy: z.string(),
  createdAt: Time,
  expiresAt: Time.nullable(),
  lastUsedAt: Time.nullable(),
  revokedAt: Time.nullable(),
});
export const ApiKeysOut = z.object({ items: z.array(ApiKeyOut) });
export type ApiKeysOut = z.infer<typeof ApiKeysOut>;
export const ApiKeyInput = z
  .object({ name: Name, scopes: z.array(RightName).min(1), expiresAt: Time.nullable().optional() })
  .strict();
/** `key` is shown this once. */
export const ApiKeyMadeOut = z.object({ apiKey: ApiKeyOut, key: z.string() });
export type ApiKeyMadeOut = z.infer<typeof ApiKeyMadeOut>;

export const TeamOut = z.object({
  id: Id,
  name: z.string(),
  members: z.array(Reference),
  everyone: z.boolean(),
});
export type TeamOut = z.infer<typeof TeamOut>;
export const TeamsOut = z.object({ items: z.array(TeamOut) });
export type TeamsOut = z.infer<typeof TeamsOut>;
export const TeamInput = z.object({ name: Name, members: z.array(Id).max(1000).optional() }).strict();
export const TeamPatch = TeamInput.partial().strict();

/** The team that new conversations of the number go to; null is everybody. */
export const ChannelTeam = z.object({ team: Reference.nullable() });
export type ChannelTeam = z.infer<typeof ChannelTeam>;
export const ChannelTeamInput = z.object({ team: Id.nullable() }).strict();

/** Which rights the two configurable roles have. */
export const RoleRightsOut = z.object({
  rights: z.array(RightName),
  administrator: z.array(RightName),
  agent: z.array(RightName),
  auditor: z.array(RightName),
  /** What an auditor can be given at most, and what an agent always has. */
  auditorMost: z.array(RightName),
  agentLeast: z.array(RightName),
});
export type RoleRightsOut = z.infer<typeof RoleRightsOut>;
export const RoleRightsInput = z
  .object({ agent: z.array(RightName), auditor: z.array(RightName) })
  .partial()
  .strict();
