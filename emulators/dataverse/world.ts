import type { Socket } from 'node:net';
import type { Faults } from './faults.ts';
import type { Limits } from './limits.ts';
import type { Settings } from './model.ts';
import type { PendingWork } from './pending-work.ts';
import type { RequestLog } from './request-log.ts';
import type { Store } from './store.ts';
import type { Tokens } from './tokens.ts';
import type { Webhooks } from './webhooks.ts';

/** The tenant and its organisation, as configured. */
export type Options = {
  tenant: string;
  clientId: string;
  clientSecret: string;
  /** PEM certificates whose private key may sign client assertions. */
  certificates: readonly string[];
  /** Other origins that tokens may be asked for; the one a request comes to is always good. */
  organizationUrl: string | undefined;
  /** The custom activity of the product's solution is installed. */
  activityTable: boolean;
  /** People and companies to write to. */
  demo: boolean;
};

/** Everything the emulator's parts share. */
export type World = {
  readonly options: Options;
  readonly store: Store;
  /** Milliseconds of the controllable clock. */
  readonly now: () => number;
  /** Sets the clock to this time; it goes on from there. */
  readonly setNow: (ms: number) => void;
  readonly settings: () => Settings;
  readonly changeSettings: (change: Partial<Settings>) => void;
  readonly tokens: Tokens;
  readonly limits: Limits;
  readonly faults: Faults;
  readonly work: PendingWork;
  readonly webhooks: Webhooks;
  readonly requests: RequestLog;
  /** Connections that a fault left without an answer, until the host closes. */
  readonly hungSockets: Set<Socket>;
};

/** As Dataverse writes times: UTC, whole seconds. */
export function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
