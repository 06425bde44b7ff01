import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { LiveHint } from '../../src/http/schemas/administration.ts';
import type { ConversationOut } from '../../src/http/schemas/chat.ts';
import { currentLanguage } from '../i18n/i18n.ts';
import { isObject } from './is-object.ts';
import { opening } from './opening.ts';

/**
 * Query keys. The first part is a topic, the second an object that names what is shown. A hint from the server
 * (`/api/events`) makes every query of the topics it touches stale; where both the hint and the key name a
 * `conversationId`, only if it is the same one, and where the hint names a customer, only if it is theirs. So a page that
 * uses these keys is live without doing anything.
 */
export const keys = {
  me: () => ['me'],
  setup: () => ['setup'],
  people: (filter: object) => ['people', { what: 'list', filter }],
  /** `of` is a person's id, or `me`. */
  sessions: (of: string) => ['people', { what: 'sessions', of }],
  teams: () => ['people', { what: 'teams' }],
  roles: () => ['people', { what: 'roles' }],
  apiKeys: () => ['people', { what: 'api-keys' }],
  /** Of the pages outside the shell, which have no hints. */
  signInOptions: () => ['sign-in', { what: 'options' }],
  signInLink: (token: string) => ['sign-in', { what: 'link', token }],
  /** The CRM's words come in the language that is spoken, so it is part of the key. */
  tables: () => ['record-type', { what: 'tables', language: currentLanguage() }],
  recordTypes: () => ['record-type', { what: 'list' }],
  columns: (table: string) => ['record', { what: 'columns', table, language: currentLanguage() }],
  /** The same with how many records hold Yes, No and empty: reads the whole table. */
  countedColumns: (table: string) => [
    'record',
    { what: 'columns', table, language: currentLanguage(), counted: true },
  ],
  records: (filter: object) => ['record', { what: 'list', filter }],
  record: (table: string, id: string) => ['record', { what: 'one', table, id }],
  proposedRecord: (conversationId: string, table: string) => ['proposed-record', { conversationId, table }],
  duplicates: (conversationId: string, search: string) => [
    'record',
    { what: 'duplicates', conversationId, search },
  ],
  consentSummary: (recordType?: string) => ['record', { what: 'summary', recordType }],
  /** `of` says whose: `{ recordType, recordId }`, `{ phone }` or `{ conversationId }`. */
  consent: (of: object, purpose: string) => ['consent', { ...of, purpose }],
  sendable: (of: object, language?: string) => ['sendable', { ...of, language }],
  /** Nothing tells of these: they are asked for while one is under way. */
  campaigns: () => ['campaign', { what: 'list' }],
  campaign: (id: string) => ['campaign', { what: 'one', id }],
  /** Another step of the campaign asks anew. */
  campaignOutcomes: (id: string, step: string) => ['campaign', { what: 'outcomes', id, step }],
  campaignSkipped: (id: string, code: string) => ['campaign', { what: 'skipped', id, code }],
  held: () => ['consent', { what: 'held' }],
  pendingGrants: () => ['consent', { what: 'pending-grants' }],
  conversations: (filter: object) => ['conversation', { what: 'list', filter }],
  conversation: (conversationId: string) => ['conversation', { what: 'one', conversationId }],
  /** Not made stale by every hint: the page that shows it asks when it reads the list in view again. */
  conversationCounts: () => ['conversation-counts'],
  trace: (conversationId: string) => ['conversation', { what: 'trace', conversationId }],
  colleagues: (conversationId: string) => ['people', { what: 'colleagues', conversationId }],
  messages: (conversationId: string) => ['message', { what: 'list', conversationId }],
  consentEvents: (conversationId: string) => ['consent', { what: 'events', conversationId }],
  whatsappTemplates: () => ['template', { what: 'whatsapp' }],
  messageTemplates: (recordType?: string) => ['template', { what: 'list', recordType }],
  messageTemplate: (id: string) => ['template', { what: 'one', id }],
  templateCheck: (id: string) => ['template', { what: 'check', id }],
  settings: () => ['settings'],
  workingHours: () => ['settings', { what: 'working-hours' }],
  quickReplies: () => ['settings', { what: 'quick-replies' }],
  notifications: () => ['notification', { what: 'list' }],
  /** These two are not made stale by every hint: who counts them asks at most once in a while. */
  unreadChats: () => ['unread-chats'],
  waitingDecisions: () => ['waiting-decisions'],
  audit: () => ['settings', { what: 'audit' }],
  crmSync: () => ['record', { what: 'crm-sync', language: currentLanguage() }],
  /** Asks the CRM itself, so hints leave it alone. */
  columnValues: (table: string) => ['column-values', { table }],
  tableRights: (table: string, field: string | null, writes: boolean) => [
    'table-rights',
    { table, field, writes },
  ],
  /** Asks the CRM itself, so hints leave it alone. */
  crmWebhook: () => ['crm-webhook'],
  channel: () => ['channel'],
  channelTeam: () => ['channel', { what: 'team' }],
  channelSecrets: () => ['channel', { what: 'secrets' }],
  webhooks: () => ['settings', { what: 'webhooks' }],
  webhookDeliveries: (id: string) => ['settings', { what: 'webhook-deliveries', id }],
} satisfies Record<string, (...args: never[]) => QueryKey>;

/** Which queries a hint of a topic makes stale. */
const touches: Record<LiveHint['topic'], string[]> = {
  conversation: ['conversation', 'message', 'sendable'],
  message: ['message', 'conversation', 'sendable', 'channel'],
  // The conversations of the customer come as hints of their own, to those who see them.
  consent: ['consent', 'record', 'sendable', 'setup'],
  record: ['record', 'record-type', 'conversation', 'consent', 'sendable', 'setup'],
  template: ['template', 'sendable', 'setup', 'channel'],
  settings: ['settings', 'record-type', 'record', 'template', 'sendable', 'setup'],
  channel: ['channel', 'template', 'sendable', 'setup'],
  people: ['people', 'me', 'conversation'],
  notification: ['notification'],
  presence: [],
};

/** Whether a text from the stream is a hint that this page knows; a page older than the server may not. */
export function isHint(hint: unknown): hint is LiveHint {
  return isObject(hint) && typeof hint.topic === 'string' && Object.hasOwn(touches, hint.topic);
}

/** Queries that are asked once more when their answer is there, per client. */
const askedAgain = new WeakMap<QueryClient, Set<string>>();

/**
 * Makes stale what the hints touch; shown queries refetch at once, the others when next shown. What is being asked
 * already is not given up, but asked once more afterwards: hints that come faster than answers would else keep a page from
 * ever hearing one.
 */
export function applyHints(client: QueryClient, hints: LiveHint[]): void {
  const again = askedAgain.get(client) ?? new Set<string>();
  askedAgain.set(client, again);
  const customerOf = (conversationId: string) =>
    client.getQueryData<ConversationOut>(keys.conversation(conversationId))?.contactPoint.id;
  const touched = client
    .getQueryCache()
    .findAll({ predicate: ({ queryKey }) => hints.some((hint) => isTouched(queryKey, hint, customerOf)) });
  /** Of each chat together; what is of none under no name. */
  const refetches = new Map<string, (() => void)[]>();
  for (const { queryKey, queryHash, state, promise } of touched) {
    const refetch = () => void client.invalidateQueries({ queryKey, exact: true });
    if (state.fetchStatus !== 'fetching' || promise === undefined) {
      const [, of] = queryKey;
      const chat = isObject(of) && typeof of.conversationId === 'string' ? of.conversationId : '';
      refetches.set(chat, [...(refetches.get(chat) ?? []), refetch]);
    } else if (!again.has(queryHash)) {
      again.add(queryHash);
      void promise
        .then(
          () => undefined,
          () => undefined,
        )
        .then(() => {
          again.delete(queryHash);
          refetch();
        });
    }
  }
  for (const [chat, all] of refetches)
    opening(chat, () => {
      for (const refetch of all) refetch();
    });
}

/** `customerOf` says whose a conversation is, where that is known. */
export function isTouched(
  key: QueryKey,
  hint: LiveHint,
  customerOf: (conversationId: string) => string | undefined = () => undefined,
): boolean {
  const [topic, of] = key;
  if (typeof topic !== 'string' || !touches[hint.topic].includes(topic)) return false;
  if (!isObject(of) || typeof of.conversationId !== 'string') return true;
  const { conversationId, contactPointId } = hint;
  if (conversationId !== undefined) return of.conversationId === conversationId;
  const customer = contactPointId === undefined ? undefined : customerOf(of.conversationId);
  return customer === undefined || customer === contactPointId;
}
