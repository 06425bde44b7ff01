import type { Identity, ProviderError } from './core/update.ts';
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
    | { kind: 'buttons'; text: string; buttons: { id: string; title: string }[] };
}

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
export type ErrorAdvice = 'retry' | 'wait-24h' | 'never' | 'stop-channel' | 'stop-template' | 'use-template';

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
  /** What an error means, in one sentence for an agent. */
  explain(error: ProviderError): string;
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
