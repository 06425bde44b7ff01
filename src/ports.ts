import type { MediaKind } from './core/media.ts';
import type { ContactCard, Identity, ProviderError } from './core/update.ts';
import type { Tx } from './db/engine.ts';

/** What is asked of the outside. Adapters implement these; actions and workers take them as arguments. */

/** Milliseconds since 1970. Injected so that rules about time can be tested without waiting. */
export type Clock = () => number;

/** A variable of a template send: positional ones go by order, named ones carry `name`. */
export interface TemplateParameter {
  name?: string;
  text: string;
}

/** One message as handed to WhatsApp, complete: nothing is looked up after the hand-over was marked. */
export interface OutboundMessage {
  phoneNumberId: string;
  to: Identity;
  /** Our message id; comes back on every status (`biz_opaque_callback_data`), which settles unknown outcomes. */
  callbackData: string;
  /** WhatsApp id of the message this one quotes. */
  replyTo?: string;
  content:
    | { kind: 'text'; text: string }
    | {
        kind: 'template';
        name: string;
        language: string;
        header: TemplateParameter[];
        body: TemplateParameter[];
        /** Payloads of the quick replies in their order: our tokens. */
        buttonPayloads: string[];
        /** Where each stands among all buttons of the template; absent: they are its first. */
        buttonIndexes?: number[];
      }
    | {
        kind: 'buttons';
        text: string;
        header?: string;
        footer?: string;
        buttons: { id: string; title: string }[];
      }
    | {
        kind: 'list';
        text: string;
        header?: string;
        footer?: string;
        /** Opens the list. */
        button: string;
        rows: { id: string; title: string; description?: string }[];
      }
    /** `mediaId` is WhatsApp's, of a file uploaded before. */
    | { kind: 'media'; media: MediaKind; mediaId: string; caption?: string; fileName?: string }
    /** `target` is WhatsApp's id; an empty emoji takes ours back. */
    | { kind: 'reaction'; target: string; emoji: string }
    | { kind: 'location'; latitude: number; longitude: number; name?: string; address?: string }
    | { kind: 'contacts'; cards: ContactCard[] };
}

/** A file as WhatsApp hands it out. The hash is hex, and, like the type and size, only what WhatsApp says. */
export type MediaDownload =
  | {
      kind: 'found';
      mimeType: string | null;
      sha256: string | null;
      size: number | null;
      /** Throws `ProviderUnavailable` where the bytes stop coming. */
      content: AsyncIterable<Uint8Array>;
    }
  /** WhatsApp does not have it, or not any more. */
  | { kind: 'gone' }
  /** Its address is none of WhatsApp's, so nobody asked there. */
  | { kind: 'untrusted'; detail: string };

export interface MediaFile {
  mimeType: string;
  fileName: string;
  size: number;
  content: AsyncIterable<Uint8Array>;
}

export type MediaUpload =
  | { kind: 'accepted'; mediaId: string }
  | { kind: 'refused'; error: ProviderError; advice: ErrorAdvice };

/**
 * How a send can end. Nobody may resend after `unconfirmed`: the message may have been delivered.
 * - `throttled`: WhatsApp or the network took nothing; may be tried again at `until` (ms). `scope` says what waits.
 * - `held-back`: `mayLeave` said no, and nothing was written.
 */
export type SendOutcome =
  | { kind: 'accepted'; whatsappId: string; waId?: string; userId?: string }
  | { kind: 'refused'; error: ProviderError; advice: ErrorAdvice }
  | { kind: 'throttled'; until: number; scope: 'pair' | 'number' | 'connection'; error?: ProviderError }
  | { kind: 'unconfirmed'; detail: string }
  | { kind: 'held-back' };

/**
 * Asked once, when all stands ready and the next thing would be the message's first byte; after true it leaves at once. What
 * comes before, such as connecting, takes as long as it takes.
 */
export type MayLeave = () => boolean;

/** What to do about an error code of WhatsApp's (reference: Meta, support/error-codes). */
export type ErrorAdvice =
  | 'retry'
  | 'wait-24h'
  | 'never'
  | 'stop-channel'
  | 'stop-template'
  | 'use-template'
  /** WhatsApp does not hold the message's file any more. */
  | 'upload-again';

/** A template as WhatsApp holds it. `components` is Meta's own shape, read by `core/template`. */
export interface ProviderTemplate {
  id: string;
  name: string;
  language: string;
  status: string;
  category: string;
  parameterFormat: 'POSITIONAL' | 'NAMED';
  components: unknown[];
  quality?: string;
}

export interface ProviderNumber {
  phoneNumberId: string;
  displayPhoneNumber: string;
  verifiedName: string;
  status: string;
  quality?: string;
}

/** WhatsApp, or the emulator. Calls that read throw `ProviderUnavailable`; a send never throws. */
export interface MessagingProvider {
  send(message: OutboundMessage, mayLeave: MayLeave): Promise<SendOutcome>;
  markRead(phoneNumberId: string, whatsappId: string, typing: boolean): Promise<void>;
  templates(): Promise<ProviderTemplate[]>;
  number(): Promise<ProviderNumber>;
  media: {
    /** The file behind a media id of an inbound message. */
    download(mediaId: string, signal?: AbortSignal): Promise<MediaDownload>;
    /** Gives WhatsApp a file for messages to come; nothing reaches anybody by it. */
    upload(phoneNumberId: string, file: MediaFile, signal?: AbortSignal): Promise<MediaUpload>;
  };
  /** What an error means, in one sentence for an agent. */
  explain(error: ProviderError): string;
  /** What to do about a message that ended with this code. */
  advise(code: number): ErrorAdvice;
}

/** The provider could not be asked; `error` is its answer where there was one. */
export class ProviderUnavailable extends Error {
  readonly error: ProviderError | undefined;
  constructor(message: string, error?: ProviderError) {
    super(message);
    this.name = 'ProviderUnavailable';
    this.error = error;
  }
}

/** One column of one record that shall hold a value. */
export interface FieldWrite {
  table: string;
  recordId: string;
  column: string;
  value: boolean | null;
}

export interface CrmColumn {
  name: string;
  label: string;
  kind: 'text' | 'phone' | 'email' | 'boolean' | 'number' | 'date' | 'language';
  defaultValue: boolean | string | null;
  custom: boolean;
  /** What the two values of a Boolean column are called in the CRM. */
  options?: { yes: string; no: string } | null;
  /** The words above in the languages that the CRM has them in; above they stand in its base language. */
  labels?: ColumnLabels | null;
  /** What column security leaves us; null where the column is not secured. */
  security?: ColumnSecurity | null;
  /** Where the CRM keeps the column itself: whether a new record may bring a value, and a change one. Null: both. */
  takes?: { create: boolean; update: boolean } | null;
}

/** Words by language tag, such as `pt-BR`. */
export type Labels = Record<string, string>;

export interface ColumnLabels {
  label: Labels;
  yes?: Labels;
  no?: Labels;
}

/** Whether we may; null where the CRM does not tell. What may not be read looks exactly like an empty column. */
export interface ColumnSecurity {
  read: boolean | null;
  update: boolean | null;
}

/** A column that names a record of one of these tables. */
export interface CrmLookup {
  name: string;
  label: string;
  labels?: Labels | null;
  targets: string[];
}

export interface CrmTable {
  name: string;
  label: string;
  labels?: Labels | null;
  /** Those that lead to a table with phone columns. */
  lookups: CrmLookup[];
}

/**
 * The CRM. `writeFields` promises to make the values true and writes only differences: the embedded CRM inside the given
 * transaction, a remote one by jobs that the transaction stores.
 */
export interface Crm {
  readonly kind: 'embedded' | 'dataverse';
  /** The organisation on the other side of a network; null where the records live in our own database. */
  readonly remote: RemoteCrm | null;
  tables(): Promise<CrmTable[]>;
  columns(tx: Tx, table: string): Promise<CrmColumn[]>;
  writeFields(tx: Tx, writes: readonly FieldWrite[], now: number): Promise<void>;
  /** The record's values for bindings; null where there is no such record. */
  values(
    tx: Tx,
    table: string,
    recordId: string,
  ): Promise<Record<string, string | number | boolean | null> | null>;
}

/** A table of a remote CRM as its metadata describes it. */
export interface RemoteTable extends CrmTable {
  /** How it is named in addresses. */
  entitySet: string;
  idColumn: string;
  /** Where it is off, nobody can ask what changed, and its records cannot be mirrored. */
  changeTracking: boolean;
  /** Merged records stay, marked by this column. */
  canBeMerged: boolean;
  /** Says with 0 that a record is in use; null where the table has none. */
  stateColumn: string | null;
  columns: CrmColumn[];
}

/**
 * A record as it was read: of the columns asked for, those that hold nothing are null. Text comes as PostgreSQL can keep
 * it: no NUL, no half of a character.
 */
export interface RemoteRow {
  /** A UUID, in small letters; where the CRM has others, one that is made of them (docs/adding-a-crm.md). */
  id: string;
  values: Record<string, string | number | boolean | null>;
  createdAt: number | null;
  /** Who changed it last. */
  actor: string | null;
  /** We did: then everything in it was read before, or written, by us. */
  byUs: boolean;
  /** Another one as soon as anything of the record changes; null where the CRM has none. Compared for equality only. */
  etag: string | null;
  /** Merged into another record: it stays in the CRM, and is nobody's to write to. */
  merged: boolean;
}

/** One page of a first load (`link` null or a next link) or of what changed since (a delta link). */
export interface RemotePage {
  rows: RemoteRow[];
  deleted: string[];
  /** Where the walk goes on, or from where to ask for what changed next. */
  link: string;
  /** No further page waits: `link` asks for changes from here on. */
  complete: boolean;
}

export interface RemoteWrite {
  table: Pick<RemoteTable, 'entitySet' | 'idColumn'>;
  recordId: string;
  column: string;
  value: boolean | null;
  /** Written only while the record is what it was when this was read; without it: whatever it is by now. */
  ifMatch?: string | null;
}

/** How one write can end. After `unknown` it may have been done. */
export type RemoteWriteOutcome =
  /** The record is this now. */
  | { kind: 'written'; etag: string | null }
  /** The record is not what `ifMatch` says any more: nothing was written. */
  | { kind: 'changed' }
  /** There is no such record any more; nothing was made. */
  | { kind: 'gone' }
  | { kind: 'refused'; failure: CrmFailure }
  | { kind: 'unknown'; failure: CrmFailure };

/** A right that Assent needs and what `doctor` found; null where it cannot be found out, or where Assent does without. */
export interface RightFound {
  what: string;
  ok: boolean | null;
  /** What to grant. */
  advice: string;
}

/** A right on a table whose records are kept alike, as the form of the record type shows it. */
export interface TableRight extends RightFound {
  code: 'table-missing' | 'read' | 'write' | 'change-tracking' | 'column-missing' | 'column-security';
  /** The table or column that it is about. */
  subject: string;
}

/** What of the CRM's changes shall be told to an address of ours. */
export interface WebhookWanted {
  /** Ours, made once: what is registered under it, and under ids derived from it, is ours to change and remove. */
  id: string;
  name: string;
  url: string;
  key: string;
  tables: readonly { name: string; columns: readonly string[] }[];
}

export interface WebhookFound {
  /** Where it leads; null where nothing is registered under our id. */
  url: string | null;
  /** What is told there. `columns` empty: every change. */
  steps: { table: string; message: string; columns: string[]; enabled: boolean }[];
  /** Deliveries that failed, the latest first; a few of them. */
  failures: { at: number | null; text: string }[];
  /** Names of registrations that are not ours and lead to the same address. */
  others: string[];
}

/** Registering with the CRM that it tells us of changes. */
export interface RemoteWebhooks {
  find(id: string, url: string): Promise<WebhookFound>;
  /** Makes it what is wanted; running it again changes nothing. */
  register(wanted: WebhookWanted): Promise<void>;
  /** Ours alone; nothing happens where there is none. */
  remove(id: string): Promise<void>;
  rights(): Promise<RightFound[]>;
}

/** Records by what a Boolean column holds. `upTo`: a count of so many means so many or more; null: all are exact. */
export interface ValueCounts {
  yes: number;
  no: number;
  empty: number;
  upTo: number | null;
}

/** A CRM behind a network. Calls throw `CrmFailure`. */
export interface RemoteCrm {
  readonly webhooks: RemoteWebhooks;
  /** The organisation and the user we are there. */
  whoAmI(): Promise<{ userId: string; organizationId: string }>;
  tables(): Promise<RemoteTable[]>;
  /** About how many records a table has, for progress; null where nobody knows. */
  count(table: Pick<RemoteTable, 'name'>): Promise<number | null>;
  /** How many records hold what in these Boolean columns; a column that cannot be counted is left out. */
  countValues(
    table: Pick<RemoteTable, 'entitySet'>,
    columns: readonly string[],
  ): Promise<Map<string, ValueCounts>>;
  page(
    table: Pick<RemoteTable, 'entitySet' | 'idColumn' | 'canBeMerged' | 'lookups'>,
    columns: readonly string[],
    link: string | null,
  ): Promise<RemotePage>;
  /** One page of all records, to compare them: no place to ask for changes from. `link` null: the first page, and in the answer the last. */
  list(
    table: Pick<RemoteTable, 'entitySet' | 'idColumn' | 'canBeMerged' | 'lookups'>,
    columns: readonly string[],
    link: string | null,
  ): Promise<{ rows: RemoteRow[]; link: string | null }>;
  /** Null where there is no such record. `timeoutMs` bounds the whole of it. */
  read(
    table: Pick<RemoteTable, 'entitySet' | 'idColumn' | 'canBeMerged' | 'lookups'>,
    recordId: string,
    columns: readonly string[],
    timeoutMs?: number,
  ): Promise<RemoteRow | null>;
  /** Ends of the writes, in their order. Throws only where nothing was sent. */
  write(writes: readonly RemoteWrite[]): Promise<RemoteWriteOutcome[]>;
  /**
   * Makes a record, or changes one. Answers its id: of a new one ours where the CRM takes it, so that a second try makes no
   * second one; null where there is none to change. `ifMatch` as in a write: throws `conflict` where the record is another
   * by now.
   */
  save(
    table: Pick<RemoteTable, 'entitySet' | 'idColumn'>,
    recordId: string,
    values: Record<string, string | number | boolean | null>,
    create: boolean,
    ifMatch?: string | null,
  ): Promise<string | null>;
  readonly timeline: RemoteTimeline;
  /** Deletes a record; false where there is none. For what we made ourselves to try something. */
  remove(table: Pick<RemoteTable, 'entitySet'>, recordId: string): Promise<boolean>;
  /** Which of these rights on the whole table we lack. */
  missingRights<R extends 'Create' | 'Delete'>(table: string, rights: readonly R[]): Promise<R[]>;
  /** `writes` false: records of this table are only read. */
  rights(
    tables: readonly { name: string; fields: readonly string[]; writes: boolean }[],
  ): Promise<TableRight[]>;
  /** Ends what is under way. */
  close(): void;
}

/** What an entry on a timeline is made as: the custom activity of the solution, or a note. */
export type EntryForm = 'activity' | 'note';

/** What the organisation takes in one form. */
export interface EntryRoom {
  /** Tables whose records may have such entries. */
  tables: ReadonlySet<string>;
  /** UTF-16 units. */
  subject: number;
  text: number;
}

export interface RemoteEntry {
  /** Ours: a second try makes no second entry. */
  id: string;
  form: EntryForm;
  record: { table: string; entitySet: string; id: string };
  subject: string;
  text: string;
  /** Of a chat alone: columns of the custom activity. Times in ms. */
  chat: { link: string; firstAt: number; lastAt: number; messages: number } | null;
  /** Entra object id of the person in whose name it is made; null: in our own. */
  authorObjectId: string | null;
}

/** The timelines of records: entries are made once, changed, and never made again. Calls throw `CrmFailure`. */
export interface RemoteTimeline {
  /** Null where the organisation does not have the form. Read from metadata, and kept for a while. */
  rooms(): Promise<Record<EntryForm, EntryRoom | null>>;
  /** `there`: a try before it arrived; `gone`: there is no such record. */
  create(entry: RemoteEntry): Promise<'made' | 'there' | 'gone'>;
  /** False where somebody deleted the entry. */
  change(entry: RemoteEntry): Promise<boolean>;
  /** Marks an activity as completed; false where it is gone. */
  complete(entry: Pick<RemoteEntry, 'id'>): Promise<boolean>;
  rights(tables: readonly string[]): Promise<RightFound[]>;
}

/**
 * Why the CRM did not do what was asked.
 * - `unreachable`: no connection; `cut`: it broke; `timeout`: no answer in time; `unavailable`: it answered 5xx;
 *   `unreadable`: a page, a broken encoding or half an answer in place of one; `throttled`: wait for
 *   `retryAfterMs`; `paused`: we wait already, nothing was sent.
 * - `sign-in`: no token, or a token that it does not take; `not-a-member`: no application user for this client;
 *   `user-disabled`: there is one, and it may not sign in.
 * - `missing-right`, `column-secured`: what the application user may not; `not-found`: no such record or table;
 *   `conflict`: a condition did not hold; `refused`: it understood and would not; `link-expired`: ask from the beginning.
 */
export type CrmFailureKind =
  | 'unreachable'
  | 'cut'
  | 'timeout'
  | 'unavailable'
  | 'unreadable'
  | 'throttled'
  | 'paused'
  | 'sign-in'
  | 'not-a-member'
  | 'user-disabled'
  | 'missing-right'
  | 'column-secured'
  | 'not-found'
  | 'conflict'
  | 'refused'
  | 'not-accepted'
  | 'link-expired';

export class CrmFailure extends Error {
  override name = 'CrmFailure';
  readonly kind: CrmFailureKind;
  /** Not before so many ms have passed. */
  readonly retryAfterMs: number | null;
  /** The CRM's own code for it, in small letters; empty where it gave none. */
  readonly code: string;
  constructor(kind: CrmFailureKind, message: string, retryAfterMs: number | null = null, code = '') {
    super(message);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
    this.code = code;
  }
  /** About the way there and not about what was asked: the same may work later. */
  get passing(): boolean {
    return PASSING.has(this.kind);
  }
}

const PASSING: ReadonlySet<CrmFailureKind> = new Set([
  'unreachable',
  'cut',
  'timeout',
  'unavailable',
  'unreadable',
  'throttled',
  'paused',
  'sign-in',
  'not-a-member',
  'user-disabled',
]);

/** What is kept between the way to the issuer of OpenID Connect and back. */
export interface OidcRequest {
  state: string;
  nonce: string;
  /** PKCE (RFC 7636): proves to the issuer that whoever brings the code began the sign-in. */
  codeVerifier: string;
}

/** Who somebody is by the word of the issuer, checked: signature, issuer, audience, nonce, times. */
export interface OidcIdentity {
  issuer: string;
  /** Never given to anybody else at this issuer; the only thing a person is known by. */
  subject: string;
  name: string;
  email: string | null;
  /** What the groups claim holds; null where the issuer says that there are too many to name. */
  groups: string[] | null;
  idToken: string;
  /** Who they are in Entra ID (claim `oid`); null from another issuer. */
  objectId: string | null;
}

/** The issuer of OpenID Connect. */
export interface OidcProvider {
  /** Where the browser goes to sign in. Throws `OidcUnavailable`. */
  begin(request: OidcRequest, redirectUri: string): Promise<string>;
  /** What came back, by the address the browser came back to. Throws `OidcRefused` or `OidcUnavailable`. */
  finish(callback: URL, request: OidcRequest): Promise<OidcIdentity>;
  /** Where the browser goes to end its session at the issuer; null where the issuer offers no such place. */
  signOutUrl(idToken: string, backTo: string): Promise<string | null>;
}

/** The issuer, or the person at it, said no; or what came back is not what was asked for. */
export class OidcRefused extends Error {
  override name = 'OidcRefused';
}

/** The issuer cannot be reached, or answers nonsense. */
export class OidcUnavailable extends Error {
  override name = 'OidcUnavailable';
}

/**
 * Calls to addresses that people entered. They reach the public Internet and the operator's listed networks, and nothing
 * inside, whatever a name resolves to.
 */
export interface OutboundCalls {
  /** Whether an address can be called at all: its form, its scheme, an IP address written out. */
  accepts(address: string): boolean;
  /** Never throws for what the other side does. */
  post(
    address: string,
    headers: Record<string, string>,
    body: string,
    signal?: AbortSignal,
  ): Promise<OutboundAnswer>;
  close(): Promise<void>;
}

/** `retryAfter` is the header as it came. A redirect is an answer like any other. */
export type OutboundAnswer =
  | { kind: 'answered'; status: number; retryAfter: string | null }
  | { kind: 'failed'; why: 'address-refused' | 'unreachable' | 'timeout' | 'tls' };
