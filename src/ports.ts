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
}

/**
 * The CRM. `writeFields` promises to make the values true and writes only differences: the embedded CRM inside the given
 * transaction, a remote one by jobs that the transaction stores.
 */
export interface Crm {
  readonly kind: 'embedded' | 'dataverse';
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
