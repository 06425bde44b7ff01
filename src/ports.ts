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
        /** Payloads of the quick replies by button index: our tokens. */
        buttonPayloads: string[];
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
 */
export type SendOutcome =
  | { kind: 'accepted'; whatsappId: string; waId?: string; userId?: string }
  | { kind: 'refused'; error: ProviderError; advice: ErrorAdvice }
  | { kind: 'throttled'; until: number; scope: 'pair' | 'number' | 'connection'; error?: ProviderError }
  | { kind: 'unconfirmed'; detail: string };

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
  send(message: OutboundMessage): Promise<SendOutcome>;
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
}

/**
 * The CRM. `writeFields` promises to make the values true and writes only differences: the embedded CRM inside the given
 * transaction, a remote one by jobs that the transaction stores.
 */
export interface Crm {
  readonly kind: 'embedded' | 'dataverse';
  /** The organisation on the other side of a network; null where the records live in our own database. */
  readonly remote: RemoteCrm | null;
  tables(): Promise<{ name: string; label: string }[]>;
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
export interface RemoteTable {
  name: string;
  label: string;
  /** How it is named in addresses. */
  entitySet: string;
  idColumn: string;
  /** Where it is off, nobody can ask what changed, and its records cannot be mirrored. */
  changeTracking: boolean;
  /** Merged records stay, marked by this column. */
  canBeMerged: boolean;
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
}

/** How one write can end. After `unknown` it may have been done. */
export type RemoteWriteOutcome =
  | { kind: 'written' }
  /** There is no such record any more; nothing was made. */
  | { kind: 'gone' }
  | { kind: 'refused'; failure: CrmFailure }
  | { kind: 'unknown'; failure: CrmFailure };

/** A right that Assent needs and what `doctor` found; null where it cannot be found out. */
export interface RightFound {
  what: string;
  ok: boolean | null;
  /** What to grant. */
  advice: string;
}

/** A CRM behind a network. Calls throw `CrmFailure`. */
export interface RemoteCrm {
  /** The organisation and the user we are there. */
  whoAmI(): Promise<{ userId: string; organizationId: string }>;
  tables(): Promise<RemoteTable[]>;
  /** About how many records a table has, for progress; null where nobody knows. */
  count(table: Pick<RemoteTable, 'name'>): Promise<number | null>;
  page(
    table: Pick<RemoteTable, 'entitySet' | 'idColumn' | 'canBeMerged'>,
    columns: readonly string[],
    link: string | null,
  ): Promise<RemotePage>;
  /** Null where there is no such record. `timeoutMs` bounds the whole of it. */
  read(
    table: Pick<RemoteTable, 'entitySet' | 'idColumn' | 'canBeMerged'>,
    recordId: string,
    columns: readonly string[],
    timeoutMs?: number,
  ): Promise<RemoteRow | null>;
  /** Ends of the writes, in their order. Throws only where nothing was sent. */
  write(writes: readonly RemoteWrite[]): Promise<RemoteWriteOutcome[]>;
  /**
   * Makes a record, or changes one. Answers its id: of a new one ours where the CRM takes it, so that a second try makes no
   * second one; null where there is none to change.
   */
  save(
    table: Pick<RemoteTable, 'entitySet' | 'idColumn'>,
    recordId: string,
    values: Record<string, string | number | boolean | null>,
    create: boolean,
  ): Promise<string | null>;
  rights(tables: readonly { name: string; fields: readonly string[] }[]): Promise<RightFound[]>;
  /** Ends what is under way. */
  close(): void;
}

/**
 * Why the CRM did not do what was asked.
 * - `unreachable`: no connection; `cut`: it broke; `timeout`: no answer in time; `unavailable`: it answered 5xx;
 *   `unreadable`: a page, a broken encoding or half an answer in place of one; `throttled`: wait for
 *   `retryAfterMs`; `paused`: we wait already, nothing was sent.
 * - `sign-in`: no token, or a token that it does not take; `not-a-member`: no application user for this client.
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
  constructor(kind: CrmFailureKind, message: string, retryAfterMs: number | null = null) {
    super(message);
    this.kind = kind;
    this.retryAfterMs = retryAfterMs;
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
