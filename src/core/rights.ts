/**
 * What a person, or an API key, may do. One list for the server's check, the OpenAPI document, the table test and the
 * pages: a route names its right, and nothing else decides (http/auth.ts).
 *
 * The single rights of WhatsApp4Dynamics (initiate, export, block, assign) and, beyond them, those about consent.
 */
export const RIGHTS = [
  'see-chats',
  'chat',
  'initiate',
  'assign',
  'block',
  'export',
  'ask-consent',
  'ask-after-refusal',
  'record-refusal',
  'record-grant',
  'approve-grant',
  'see-history',
  'erase-customers',
  'edit-records',
  'run-campaigns',
  'manage-templates',
  'manage-record-types',
  'manage-people',
  'manage-settings',
  'see-audit',
] as const;
export type Right = (typeof RIGHTS)[number];

export type Role = 'administrator' | 'agent' | 'auditor';

/** Rights of the roles that an administrator can change; an administrator has all of them, always. */
export type RoleRights = Record<'agent' | 'auditor', readonly Right[]>;

/** Rights that change nothing; an auditor can hold no other. */
export const READING_RIGHTS: readonly Right[] = ['see-chats', 'see-history', 'see-audit', 'export'];

export const DEFAULT_ROLE_RIGHTS: RoleRights = {
  agent: [
    'see-chats',
    'chat',
    'initiate',
    'assign',
    'block',
    'export',
    'ask-consent',
    'ask-after-refusal',
    'record-refusal',
    'record-grant',
    'see-history',
    'edit-records',
  ],
  auditor: [...READING_RIGHTS],
};

/**
 * The rights of a role. Recording a refusal is everyone's who may act at all (product.md §3.2): it cannot be taken from
 * an agent; an auditor never gets more than reading.
 */
export function rightsOf(role: Role, configured: RoleRights = DEFAULT_ROLE_RIGHTS): ReadonlySet<Right> {
  switch (role) {
    case 'administrator':
      return new Set(RIGHTS);
    case 'agent':
      return new Set([...configured.agent, ...AGENT_LEAST]);
    case 'auditor':
      return new Set(configured.auditor.filter((right) => READING_RIGHTS.includes(right)));
  }
}

/** What is stored about the roles, made safe: unknown rights fall away, what is missing is the default. */
export function readRoleRights(stored: unknown): RoleRights {
  const of = (role: keyof RoleRights): readonly Right[] => {
    const given = typeof stored === 'object' && stored !== null ? Object.entries(stored) : [];
    const list: unknown = given.find(([name]) => name === role)?.[1];
    return Array.isArray(list) ? RIGHTS.filter((right) => list.includes(right)) : DEFAULT_ROLE_RIGHTS[role];
  };
  return { agent: of('agent'), auditor: of('auditor') };
}

/** Rights an agent has whatever is configured. */
export const AGENT_LEAST: readonly Right[] = ['see-chats', 'record-refusal'];

/** The role whose rights are nearest to these: what a key is shown as. */
export function nearestRole(rights: ReadonlySet<Right>): Role {
  if (RIGHTS.every((right) => rights.has(right))) return 'administrator';
  return [...rights].every((right) => READING_RIGHTS.includes(right)) ? 'auditor' : 'agent';
}

/** Who gives rights, or acts on somebody who has them, holds them too; answers what is missing. */
export function rightsBeyond(holder: ReadonlySet<Right>, wanted: Iterable<Right>): Right[] {
  return [...wanted].filter((right) => !holder.has(right));
}
