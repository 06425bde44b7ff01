import type { Logger } from 'pino';
import type { Database } from '../db/engine.ts';
import type { Clock, Crm, MessagingProvider, OutboundCalls } from '../ports.ts';
import type { Handovers } from './handovers.ts';
import type { Metrics } from './metrics.ts';
import type { Seal } from './seal.ts';
import type { Tracer } from './tracer.ts';
import type { WhatsAppSecrets } from './whatsapp-secrets.ts';

/** What every action may use. Made once by `main`; tests make their own with a clock they move. */
export interface Context {
  database: Database;
  clock: Clock;
  log: Logger;
  crm: Crm;
  provider: MessagingProvider;
  channel: Channel;
  keys: Keys;
  metrics: Metrics;
  tracer: Tracer;
  /** Calls that make things up: ids, tokens, salts. */
  make: Makers;
  /** Tells the loops of this process that there is work; other nodes hear it by NOTIFY. */
  wake: { outbox: () => void; inbox: () => void; templates: () => void; media: () => void; crm: () => void };
  sandbox: boolean;
  /** Hand-overs of this process between their mark and the first byte. */
  handovers: Handovers;
  /** Seals what is kept secret in the database. */
  seal: Seal;
  /** Secrets of the number that were entered on the screens, beside those of the environment. */
  secrets: WhatsAppSecrets;
  /** Calls to addresses that people entered. */
  outbound: OutboundCalls;
}

/** The business number this installation sends from; its id is Meta's phone number id. */
export interface Channel {
  id: string;
  phoneNumberId: string;
  businessAccountId: string;
}

export interface Keys {
  /** SHA-256, hex. */
  sha256: (content: string | Uint8Array) => string;
  /** Keyed hash of a key of somebody's: what stays when their data is erased. Hex. */
  numberHash: (matchKey: string) => string;
  /** HMAC over the head of a chain in an export, so that a stranger's copy can be told from a forged one. Hex. */
  sign: (text: string) => string;
}

export interface Makers {
  /** UUID v7: grows with time, so that rows made together lie together. */
  id: () => string;
  /** 128 unguessable bits, URL-safe. */
  token: () => string;
}
