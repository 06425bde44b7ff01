import type { Logger } from 'pino';
import type { Database } from '../db/engine.ts';
import { listWhatsAppSecrets, markAppSecretUsed } from '../db/secrets.ts';
import type { Clock, MessagingProvider } from '../ports.ts';
import type { Keys } from './context.ts';
import type { Seal } from './seal.ts';
import { inTransaction } from './transaction.ts';

/**
 * Secrets of the WhatsApp number that an administrator entered: they act at once and on every node, without a restart.
 * App secrets stand beside those of the environment, and any of them may have signed; an access token takes the place of
 * the environment's.
 */
export interface WhatsAppSecrets {
  /** Read anew by `reload`; empty before the first. */
  appSecrets(): readonly string[];
  /** Null: the environment's counts. */
  accessToken(): string | null;
  /** Reads them anew, and connects anew where the access token is another one than before. */
  reload(): Promise<void>;
  /** How WhatsApp is asked with a token (null: the environment's), and who asks from then on. */
  connect(wire: Wire): void;
  /** WhatsApp, asked with this token; for trying it out. */
  providerWith(token: string): MessagingProvider;
  /** A webhook signed with this secret came: written down once a minute. */
  noteUse(appSecret: string): void;
  /** What a secret is known by where its use is written down. */
  fingerprint(appSecret: string): string;
}

export interface Wire {
  make(token: string | null): MessagingProvider;
  use(provider: MessagingProvider): void;
}

/** The notice on which every node reads them anew. */
export const SECRETS_CHANGED = 'secrets';
const NOTED_MS = 60_000;

export function createWhatsAppSecrets(deps: {
  database: Database;
  clock: Clock;
  log: Logger;
  keys: Keys;
  seal: Seal;
}): WhatsAppSecrets {
  const { database, clock, log, keys, seal } = deps;
  let appSecrets: readonly string[] = [];
  let accessToken: string | null = null;
  let wire: Wire | null = null;
  const noted = new Map<string, number>();
  const fingerprint = (secret: string): string => keys.sign(`app secret ${secret}`);
  return {
    appSecrets: () => appSecrets,
    accessToken: () => accessToken,
    async reload() {
      const rows = (await listWhatsAppSecrets(database.db)).map((row) => ({
        kind: row.kind,
        text: seal.open(row.value, `whatsapp/${row.id}`),
      }));
      appSecrets = rows.flatMap((row) => (row.kind === 'app-secret' ? row.text : []));
      const token = rows.find((row) => row.kind === 'access-token')?.text ?? null;
      if (token === accessToken) return;
      accessToken = token;
      wire?.use(wire.make(token));
    },
    connect(next) {
      wire = next;
      next.use(next.make(accessToken));
    },
    providerWith(token) {
      if (wire === null) throw new Error('nobody is connected');
      return wire.make(token);
    },
    noteUse(secret) {
      const now = clock();
      if (now - (noted.get(secret) ?? Number.NEGATIVE_INFINITY) < NOTED_MS) return;
      noted.set(secret, now);
      // Nobody's webhook waits for this, or fails by it.
      inTransaction({ database }, (tx) => markAppSecretUsed(tx, fingerprint(secret), now)).catch(
        (error: unknown) => log.debug({ err: error }, 'the use of an app secret was not written down'),
      );
    },
    fingerprint,
  };
}
