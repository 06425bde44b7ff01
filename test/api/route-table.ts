import type { Right } from '../../src/core/rights.ts';

/**
 * Every call of the API by hand: who may make it, and one that is complete and would do something. What the OpenAPI
 * document says is held against it (rights.test.ts), so neither can be changed alone.
 */

/** What the calls act on: ids of things that are there. */
export interface Things {
  conversation: string;
  message: string;
  media: string;
  record: string;
  template: string;
  consentTemplate: string;
  draft: string;
  team: string;
  person: string;
  apiKey: string;
  quickReply: string;
  campaign: string;
  grant: string;
  /** Contact point and line of a file that is evidence, as the address names them. */
  evidence: string;
  webhook: string;
  phone: string;
}

export interface Sample {
  /** Path parameters beside the ones that a thing of this name stands for, and the query. */
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Row {
  /** One right, any one of several, or no right at all. */
  needs: Right | readonly Right[] | 'signed-in' | 'anyone';
  sample(things: Things): Sample;
  /** Rights that its handler asks for beside, as documented: nobody gives what they do not have. */
  also?: readonly Right[];
  /** Which of several rights this sample takes; others are tried in `FINER`. */
  takes?: Right;
  /** It takes a person: what a key with the right is told. */
  ofKeys?: string;
  /** It ends the caller's own session, so each try takes a new one. */
  endsSession?: boolean;
}

const row = (
  needs: Row['needs'],
  sample: (things: Things) => Sample | string,
  more: Omit<Row, 'needs' | 'sample'> = {},
): Row => ({
  needs,
  sample(things) {
    const made = sample(things);
    return typeof made === 'string' ? { path: made } : made;
  },
  ...more,
});

const BOUNDARY = 'a-boundary';
const FILE = [
  `--${BOUNDARY}`,
  'content-disposition: form-data; name="file"; filename="note.txt"',
  'content-type: text/plain',
  '',
  'Hello',
  `--${BOUNDARY}--`,
  '',
].join('\r\n');

const SOMEBODY = '00000000-0000-4000-8000-0000000000ff';
const LEAST: readonly Right[] = ['see-chats', 'record-refusal'];
const desk = (
  act: string,
  needs: Right,
  body?: unknown | ((things: Things) => unknown),
): Record<string, Row> => ({
  [`POST /api/conversations/{id}/${act}`]: row(needs, (things) => ({
    path: `/api/conversations/${things.conversation}/${act}`,
    ...(body === undefined ? {} : { body: typeof body === 'function' ? body(things) : body }),
  })),
});

export const TABLE: Record<string, Row> = {
  'GET /api/openapi.json': row('anyone', () => '/api/openapi.json'),
  'GET /api/sign-in/options': row('anyone', () => '/api/sign-in/options'),
  'POST /api/sign-in/password': row('anyone', () => ({
    path: '/api/sign-in/password',
    body: { email: 'nobody@contoso.example', password: 'not a password of anybody' },
  })),
  'GET /api/sign-in/link': row('anyone', () => '/api/sign-in/link?token=nobodys'),
  'POST /api/sign-in/link': row('anyone', () => ({
    path: '/api/sign-in/link',
    body: { token: 'nobodys', password: 'not a password of anybody' },
  })),
  'GET /api/sign-in/oidc': row('anyone', () => '/api/sign-in/oidc'),
  'GET /api/sign-in/oidc/callback': row('anyone', () => '/api/sign-in/oidc/callback?state=nobodys'),

  'POST /api/sign-out': row('signed-in', () => '/api/sign-out', { endsSession: true }),
  'GET /api/events': row('signed-in', () => '/api/events'),
  // Sessions and tokens of frames have a test of their own (embed.test.ts): a key has neither.
  'POST /api/embed-tokens': row('signed-in', () => ({
    path: '/api/embed-tokens',
    body: { origin: 'https://contoso.crm.dynamics.com' },
  })),
  'POST /api/embed-tokens/renew': row('signed-in', () => '/api/embed-tokens/renew'),
  'GET /api/me': row('signed-in', () => '/api/me'),
  'PATCH /api/me/preferences': row('signed-in', () => ({
    path: '/api/me/preferences',
    body: { sound: false },
  })),
  'POST /api/me/password': row('signed-in', () => ({
    path: '/api/me/password',
    body: { current: 'a b c d e f g h i j', next: 'k l m n o p q r s t' },
  })),
  'GET /api/me/sessions': row('signed-in', () => '/api/me/sessions'),
  'DELETE /api/me/sessions': row('signed-in', () => '/api/me/sessions'),
  'DELETE /api/me/sessions/{id}': row('signed-in', () => `/api/me/sessions/${SOMEBODY}`),
  'GET /api/notifications': row('signed-in', () => '/api/notifications'),
  'POST /api/notifications/read': row('signed-in', () => ({ path: '/api/notifications/read', body: {} })),
  'GET /api/settings': row('signed-in', () => '/api/settings'),
  'GET /api/channel': row('signed-in', () => '/api/channel'),
  'GET /api/setup': row('signed-in', () => '/api/setup'),
  'GET /api/crm/tables': row('signed-in', () => '/api/crm/tables'),
  'GET /api/crm/tables/{table}/columns': row('signed-in', () => '/api/crm/tables/contact/columns'),
  'GET /api/crm/sync': row('signed-in', () => '/api/crm/sync'),
  'GET /api/record-types': row('signed-in', () => '/api/record-types'),
  'GET /api/record-types/{table}': row('signed-in', () => '/api/record-types/contact'),
  'GET /api/whatsapp-templates': row('signed-in', () => '/api/whatsapp-templates'),
  'GET /api/message-templates': row('signed-in', () => '/api/message-templates'),
  'GET /api/message-templates/{id}': row('signed-in', ({ template }) => `/api/message-templates/${template}`),
  'POST /api/message-templates/{id}/check': row(
    'signed-in',
    ({ template }) => `/api/message-templates/${template}/check`,
  ),

  'PATCH /api/settings': row('manage-settings', () => ({
    path: '/api/settings',
    body: { chatWithUnknown: false },
  })),
  'POST /api/channel/resume': row('manage-settings', () => '/api/channel/resume'),
  'GET /api/channel/secrets': row('manage-settings', () => '/api/channel/secrets'),
  'PUT /api/channel/access-token': row('manage-settings', () => ({
    path: '/api/channel/access-token',
    body: { accessToken: 'a-token-that-nobody-gave' },
  })),
  'DELETE /api/channel/access-token': row('manage-settings', () => '/api/channel/access-token'),
  'POST /api/channel/app-secrets': row('manage-settings', () => ({
    path: '/api/channel/app-secrets',
    body: { appSecret: 'a-second-app-secret' },
  })),
  'DELETE /api/channel/app-secrets/{id}': row(
    'manage-settings',
    () => `/api/channel/app-secrets/${SOMEBODY}`,
  ),
  'POST /api/channel/webhook-test': row('manage-settings', () => '/api/channel/webhook-test'),
  'GET /api/webhooks': row('manage-settings', () => '/api/webhooks'),
  'POST /api/webhooks': row('manage-settings', () => ({
    path: '/api/webhooks',
    body: { url: 'http://127.0.0.1:9/hook', types: ['consent.denied'] },
  })),
  'PATCH /api/webhooks/{id}': row('manage-settings', ({ webhook }) => ({
    path: `/api/webhooks/${webhook}`,
    body: { description: 'Renamed' },
  })),
  'POST /api/webhooks/{id}/rotate-secret': row(
    'manage-settings',
    ({ webhook }) => `/api/webhooks/${webhook}/rotate-secret`,
  ),
  'POST /api/webhooks/{id}/test': row('manage-settings', ({ webhook }) => `/api/webhooks/${webhook}/test`),
  'GET /api/webhooks/{id}/deliveries': row(
    'manage-settings',
    ({ webhook }) => `/api/webhooks/${webhook}/deliveries`,
  ),
  'POST /api/webhooks/{id}/deliveries/{eventId}/redeliver': row(
    'manage-settings',
    ({ webhook }) => `/api/webhooks/${webhook}/deliveries/${SOMEBODY}/redeliver`,
  ),
  'DELETE /api/webhooks/{id}': row('manage-settings', ({ webhook }) => `/api/webhooks/${webhook}`),
  'PUT /api/working-hours': row('manage-settings', () => ({
    path: '/api/working-hours',
    body: { enabled: false, timeZone: 'Europe/Lisbon', days: [], holidays: [], answer: {} },
  })),
  'GET /api/audit': row('see-audit', () => '/api/audit'),

  'GET /api/people': row(['manage-people', 'see-audit'], () => '/api/people'),
  'POST /api/people': row(
    'manage-people',
    () => ({
      path: '/api/people',
      body: { name: 'Mallory', email: `m${Math.random()}@contoso.example`, role: 'agent' },
    }),
    { also: LEAST },
  ),
  'PATCH /api/people/{id}': row(
    'manage-people',
    ({ person }) => ({ path: `/api/people/${person}`, body: { name: 'Renamed' } }),
    { also: LEAST },
  ),
  'POST /api/people/{id}/invitation': row(
    'manage-people',
    ({ person }) => `/api/people/${person}/invitation`,
    { also: LEAST },
  ),
  'POST /api/people/{id}/reset': row('manage-people', ({ person }) => `/api/people/${person}/reset`, {
    also: LEAST,
  }),
  'POST /api/people/{id}/unlock': row('manage-people', ({ person }) => `/api/people/${person}/unlock`, {
    also: LEAST,
  }),
  'GET /api/people/{id}/sessions': row('manage-people', ({ person }) => `/api/people/${person}/sessions`),
  'DELETE /api/people/{id}/sessions': row('manage-people', ({ person }) => `/api/people/${person}/sessions`, {
    also: LEAST,
  }),
  'GET /api/teams': row(['see-chats', 'manage-people', 'see-audit'], () => '/api/teams'),
  'POST /api/teams': row('manage-people', () => ({
    path: '/api/teams',
    body: { name: `Team ${Math.random()}` },
  })),
  'PATCH /api/teams/{id}': row('manage-people', ({ team }) => ({
    path: `/api/teams/${team}`,
    body: { members: [] },
  })),
  'DELETE /api/teams/{id}': row('manage-people', ({ team }) => `/api/teams/${team}`),
  'GET /api/channel/team': row(['see-chats', 'manage-people', 'see-audit'], () => '/api/channel/team'),
  'PUT /api/channel/team': row('manage-people', ({ team }) => ({
    path: '/api/channel/team',
    body: { team },
  })),
  'GET /api/roles': row('manage-people', () => '/api/roles'),
  'PUT /api/roles': row('manage-people', () => ({ path: '/api/roles', body: {} })),
  'GET /api/api-keys': row('manage-people', () => '/api/api-keys'),
  'POST /api/api-keys': row(
    'manage-people',
    () => ({ path: '/api/api-keys', body: { name: 'Another', scopes: ['see-chats'] } }),
    { also: LEAST },
  ),
  'DELETE /api/api-keys/{id}': row('manage-people', ({ apiKey }) => `/api/api-keys/${apiKey}`, {
    also: LEAST,
  }),

  'POST /api/crm/tables/{table}/columns': row('manage-record-types', () => ({
    path: '/api/crm/tables/contact/columns',
    body: { label: 'Another field' },
  })),
  'GET /api/crm/tables/{table}/values': row('manage-record-types', () => '/api/crm/tables/contact/values'),
  'GET /api/crm/tables/{table}/rights': row('manage-record-types', () => '/api/crm/tables/contact/rights'),
  'POST /api/crm/tables/{table}/columns/{column}/test': row(
    'manage-record-types',
    () => '/api/crm/tables/contact/columns/assent_allowwhatsapp/test',
  ),
  'POST /api/crm/tables/read': row('manage-record-types', () => '/api/crm/tables/read'),
  'POST /api/crm/sync/{table}/load': row('manage-record-types', () => '/api/crm/sync/contact/load'),
  'GET /api/crm/webhook': row('manage-record-types', () => '/api/crm/webhook'),
  'POST /api/crm/webhook': row('manage-record-types', () => '/api/crm/webhook'),
  'DELETE /api/crm/webhook': row('manage-record-types', () => '/api/crm/webhook'),
  'POST /api/crm/compare': row('manage-record-types', () => '/api/crm/compare'),
  'PUT /api/record-types/{table}': row('manage-record-types', () => ({
    path: '/api/record-types/lead',
    body: { phoneColumns: ['mobilephone'] },
  })),
  'DELETE /api/record-types/{table}': row('manage-record-types', () => '/api/record-types/lead'),
  'POST /api/records/{table}/import': row('manage-record-types', () => ({
    path: '/api/records/contact/import',
    body: 'fullname,mobilephone\nImported,+12025550177\n',
    headers: { 'content-type': 'text/csv' },
  })),
  'POST /api/whatsapp-templates/sync': row('manage-templates', () => '/api/whatsapp-templates/sync'),
  'POST /api/message-templates': row('manage-templates', () => ({
    path: '/api/message-templates',
    body: { name: 'Another', type: 'utility', recordType: 'contact' },
  })),
  'PATCH /api/message-templates/{id}': row('manage-templates', ({ draft }) => ({
    path: `/api/message-templates/${draft}`,
    body: { name: 'Renamed' },
  })),
  'POST /api/message-templates/{id}/publish': row(
    'manage-templates',
    ({ draft }) => `/api/message-templates/${draft}/publish`,
  ),
  'POST /api/message-templates/{id}/retire': row(
    'manage-templates',
    ({ template }) => `/api/message-templates/${template}/retire`,
  ),
  'POST /api/message-templates/{id}/answer-templates': row(
    'manage-templates',
    ({ template }) => `/api/message-templates/${template}/answer-templates`,
  ),

  'GET /api/records': row('see-chats', () => '/api/records'),
  'GET /api/records.csv': row('export', () => '/api/records.csv'),
  'GET /api/consent-summary': row('see-chats', () => '/api/consent-summary'),
  'POST /api/records/{table}': row('edit-records', () => ({
    path: '/api/records/contact',
    body: { values: { fullname: 'Somebody New' } },
  })),
  'GET /api/records/{table}/{id}': row('see-chats', ({ record }) => `/api/records/contact/${record}`),
  'PATCH /api/records/{table}/{id}': row('edit-records', ({ record }) => ({
    path: `/api/records/contact/${record}`,
    body: { values: { fullname: 'Renamed' } },
  })),
  'GET /api/records/{table}/{id}/consent': row(
    'see-history',
    ({ record }) => `/api/records/contact/${record}/consent`,
  ),

  'GET /api/consent': row('see-history', ({ conversation }) => `/api/consent?conversationId=${conversation}`),
  'POST /api/consent': row(
    ['record-refusal', 'record-grant'],
    ({ conversation }) => ({
      path: '/api/consent',
      body: { conversationId: conversation, decision: 'denied' },
    }),
    { takes: 'record-refusal' },
  ),
  'GET /api/consent-export': row(
    'export',
    ({ conversation }) => `/api/consent-export?conversationId=${conversation}`,
  ),
  'POST /api/erasures': row(
    'erase-customers',
    () => ({ path: '/api/erasures', body: { to: { phone: '+12025550111' }, reason: 'Asked for it' } }),
    { takes: 'erase-customers' },
  ),
  'GET /api/held': row('see-chats', () => '/api/held'),
  'GET /api/waiting-decisions': row('see-chats', () => '/api/waiting-decisions'),
  'GET /api/pending-grants': row('see-history', () => '/api/pending-grants'),
  'GET /api/pending-grants/{id}/file': row('see-history', ({ grant }) => `/api/pending-grants/${grant}/file`),
  'GET /api/evidence-files/{contactPointId}/{seq}': row(
    'see-history',
    ({ evidence }) => `/api/evidence-files/${evidence}`,
  ),
  'POST /api/pending-grants/{id}/approve': row(
    'approve-grant',
    ({ grant }) => `/api/pending-grants/${grant}/approve`,
    { ofKeys: 'second-person-needed' },
  ),
  'POST /api/pending-grants/{id}/reject': row(
    'approve-grant',
    ({ grant }) => `/api/pending-grants/${grant}/reject`,
  ),

  'GET /api/conversations': row('see-chats', () => '/api/conversations'),
  'GET /api/conversation-counts': row('see-chats', () => '/api/conversation-counts'),
  'GET /api/conversations/{id}': row('see-chats', ({ conversation }) => `/api/conversations/${conversation}`),
  'GET /api/conversations/{id}/opening': row(
    'see-chats',
    ({ conversation }) => `/api/conversations/${conversation}/opening`,
  ),
  'GET /api/conversations/{id}/messages': row(
    'see-chats',
    ({ conversation }) => `/api/conversations/${conversation}/messages`,
  ),
  'GET /api/conversations/{id}/events': row(
    'see-chats',
    ({ conversation }) => `/api/conversations/${conversation}/events`,
  ),
  'GET /api/conversations/{id}/trace': row(
    'see-chats',
    ({ conversation }) => `/api/conversations/${conversation}/trace`,
  ),
  'GET /api/conversations/{id}/colleagues': row(
    'see-chats',
    ({ conversation }) => `/api/conversations/${conversation}/colleagues`,
  ),
  'GET /api/conversations/{id}/duplicates': row(
    'see-chats',
    ({ conversation }) => `/api/conversations/${conversation}/duplicates`,
  ),
  'GET /api/conversations/{id}/new-record': row(
    'edit-records',
    ({ conversation }) => `/api/conversations/${conversation}/new-record?table=contact`,
  ),
  ...desk('read', 'chat'),
  ...desk('typing', 'chat'),
  ...desk('shared', 'record-refusal', { shared: true }),
  ...desk('hold', 'record-refusal', { decision: 'refusal' }),
  ...desk('notes', 'chat', { text: 'A note' }),
  ...desk('presence', 'see-chats', { state: 'viewing' }),
  ...desk('assign', 'assign', ({ person }: Things) => ({ to: person })),
  ...desk('team', 'assign', ({ team }: Things) => ({ team })),
  ...desk('discuss', 'chat', ({ person }: Things) => ({ person })),
  'DELETE /api/conversations/{id}/discuss/{personId}': row(
    'chat',
    ({ conversation, person }) => `/api/conversations/${conversation}/discuss/${person}`,
  ),
  ...desk('accept', 'chat'),
  ...desk('dismiss', 'chat'),
  ...desk('assignment', 'chat', { accept: true }),
  ...desk('withdraw', 'chat'),
  ...desk('take-over', 'chat'),
  ...desk('release', 'chat'),
  ...desk('block', 'block'),
  ...desk('unblock', 'block'),
  ...desk('record', 'edit-records', { table: 'contact', values: { fullname: 'From the chat' } }),
  ...desk('link', 'edit-records', ({ record }: Things) => ({ recordType: 'contact', recordId: record })),
  ...desk('close', 'chat'),
  ...desk('reopen', 'chat'),

  'POST /api/messages': row(
    ['chat', 'initiate', 'ask-consent'],
    ({ conversation }) => ({
      path: '/api/messages',
      body: { to: { conversationId: conversation }, text: 'Hello' },
    }),
    { takes: 'chat' },
  ),
  'GET /api/campaigns': row(['run-campaigns', 'see-audit'], () => '/api/campaigns'),
  'POST /api/campaigns': row('run-campaigns', ({ template, record }) => ({
    path: '/api/campaigns',
    body: {
      name: 'A campaign',
      messageTemplateId: template,
      audience: { recordType: 'contact', recordIds: [record] },
    },
    headers: { 'idempotency-key': `k${Math.random()}` },
  })),
  'GET /api/campaigns/{id}': row(
    ['run-campaigns', 'see-audit'],
    ({ campaign }) => `/api/campaigns/${campaign}`,
  ),
  'GET /api/campaigns/{id}/skipped': row(
    ['run-campaigns', 'see-audit'],
    ({ campaign }) => `/api/campaigns/${campaign}/skipped?code=consent-needed`,
  ),
  'GET /api/campaigns/{id}/outcomes': row(
    ['run-campaigns', 'see-audit'],
    ({ campaign }) => `/api/campaigns/${campaign}/outcomes`,
  ),
  'POST /api/campaigns/{id}/cancel': row(
    'run-campaigns',
    ({ campaign }) => `/api/campaigns/${campaign}/cancel`,
  ),
  'GET /api/messages/{id}': row('see-chats', ({ message }) => `/api/messages/${message}`),
  'POST /api/messages/{id}/settle': row('chat', ({ message }) => ({
    path: `/api/messages/${message}/settle`,
    body: { outcome: 'sent' },
  })),
  'GET /api/sendable': row('see-chats', ({ conversation }) => `/api/sendable?conversationId=${conversation}`),
  'POST /api/media': row('chat', () => ({
    path: '/api/media',
    body: FILE,
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
  })),
  'GET /api/media/{id}': row('see-chats', ({ media }) => `/api/media/${media}`),
  'GET /api/media/{id}/thumbnail': row('see-chats', ({ media }) => `/api/media/${media}/thumbnail`),
  'GET /api/quick-replies': row('chat', () => '/api/quick-replies'),
  'POST /api/quick-replies': row(
    'chat',
    () => ({
      path: '/api/quick-replies',
      body: { shortcut: `s${Math.floor(Math.random() * 1e9)}`, text: 'Thanks', personal: false },
    }),
    { also: ['manage-templates'] },
  ),
  'PATCH /api/quick-replies/{id}': row(
    'chat',
    ({ quickReply }) => ({ path: `/api/quick-replies/${quickReply}`, body: { text: 'Changed' } }),
    { also: ['manage-templates'] },
  ),
  'DELETE /api/quick-replies/{id}': row('chat', ({ quickReply }) => `/api/quick-replies/${quickReply}`, {
    also: ['manage-templates'],
  }),
  'GET /api/working-hours': row('see-chats', () => '/api/working-hours'),
};
