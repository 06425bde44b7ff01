import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Prometheus metrics; what each is for stands in docs/operations.md, which a test holds to this list. */
export interface Metrics {
  registry: Registry;
  inboxPending: Gauge;
  inboxOldestSeconds: Gauge;
  outboxPending: Gauge;
  gateDecisions: Counter<'code'>;
  sendsUnconfirmed: Gauge;
  /** Updates that could not be applied and are kept: unknown kinds, poison. */
  inboxUnapplied: Gauge;
  webhooks: Counter<'result'>;
  updates: Counter<'kind'>;
  sends: Counter<'outcome'>;
  /** From the start of a commit of webhooks to its end, seconds. */
  ingestSeconds: Histogram;
  /** Records that campaigns looked at, by what became of them: `queued`, `skipped`; and messages `withdrawn` by a cancel. */
  campaignRecords: Counter<'outcome'>;
  /** Records of a remote CRM that the compare found to differ, by how. */
  crmDrift: Counter<'kind'>;
  /** Webhooks out, by how the try ended: `delivered`, `failed`, `gone`. */
  webhookTries: Counter<'result'>;
  /** Age of the oldest message that is due or being handed over, seconds. */
  outboxOldestSeconds: Gauge;
  /** Age of the oldest send whose outcome nobody knows, seconds. */
  unconfirmedOldestSeconds: Gauge;
  /** From WhatsApp's own time of a message to its commit here, seconds. */
  webhookLag: Histogram;
  /** From before the mark of a message to its write to WhatsApp, seconds (actions/handovers.ts). */
  handoverWindow: Histogram;
  /** For how long WhatsApp took messages and told nothing (core/silence.ts). */
  unheardSeconds: Gauge;
  /** Since the last turn of each loop that ended well, seconds. */
  loopAge: Gauge<'loop'>;
  /** How late this process was since the last scrape, seconds. */
  eventLoopLag: Gauge<'quantile'>;
  /** Connections to PostgreSQL by pool, in use and idle. */
  poolConnections: Gauge<'pool' | 'state'>;
  /** Who waits for a connection. */
  poolWaiting: Gauge<'pool'>;
  /** The newest backup that the server made of the embedded database is of then, ms; null: there is none. */
  backedUp(at: number | null): void;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const backupAt = new Gauge({
    name: 'assent_backup_timestamp_seconds',
    help: 'When the server last made a backup of the embedded database, seconds since 1970; 0: never',
    registers,
  });
  return {
    registry,
    inboxPending: new Gauge({
      name: 'assent_inbox_pending',
      help: 'Stored updates that wait to be applied',
      registers,
    }),
    inboxOldestSeconds: new Gauge({
      name: 'assent_inbox_oldest_seconds',
      help: 'Age of the oldest waiting update',
      registers,
    }),
    outboxPending: new Gauge({
      name: 'assent_outbox_pending',
      help: 'Messages queued or being handed over',
      registers,
    }),
    gateDecisions: new Counter({
      name: 'assent_gate_decisions_total',
      help: 'Decisions of the gate by code; `allowed` where it let pass',
      labelNames: ['code'],
      registers,
    }),
    sendsUnconfirmed: new Gauge({
      name: 'assent_sends_unconfirmed',
      help: 'Sends whose outcome nobody knows yet',
      registers,
    }),
    inboxUnapplied: new Gauge({
      name: 'assent_inbox_unapplied',
      help: 'Updates kept that could not be applied',
      registers,
    }),
    webhooks: new Counter({
      name: 'assent_webhooks_total',
      help: 'Webhook requests by result',
      labelNames: ['result'],
      registers,
    }),
    updates: new Counter({
      name: 'assent_updates_total',
      help: 'Updates stored, by kind',
      labelNames: ['kind'],
      registers,
    }),
    sends: new Counter({
      name: 'assent_sends_total',
      help: 'Hand-overs by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    ingestSeconds: new Histogram({
      name: 'assent_ingest_seconds',
      help: 'From the start of a commit of webhooks to its end',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
      registers,
    }),
    campaignRecords: new Counter({
      name: 'assent_campaign_records_total',
      help: 'Records that campaigns looked at, by what became of them',
      labelNames: ['outcome'],
      registers,
    }),
    crmDrift: new Counter({
      name: 'assent_crm_drift_total',
      help: 'Records that the nightly compare with the CRM found to differ, by kind',
      labelNames: ['kind'],
      registers,
    }),
    webhookTries: new Counter({
      name: 'assent_webhook_tries_total',
      help: 'Webhooks out, by how the try ended',
      labelNames: ['result'],
      registers,
    }),
    outboxOldestSeconds: new Gauge({
      name: 'assent_outbox_oldest_seconds',
      help: 'Age of the oldest message that is due or being handed over',
      registers,
    }),
    unconfirmedOldestSeconds: new Gauge({
      name: 'assent_sends_unconfirmed_oldest_seconds',
      help: 'Age of the oldest send whose outcome nobody knows',
      registers,
    }),
    webhookLag: new Histogram({
      name: 'assent_webhook_lag_seconds',
      help: 'From the time WhatsApp gives a message to its commit here',
      buckets: [0.5, 1, 2, 5, 10, 30, 60, 300, 3_600, 86_400],
      registers,
    }),
    handoverWindow: new Histogram({
      name: 'assent_handover_window_seconds',
      help: 'From the mark of a message to its write to WhatsApp',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15],
      registers,
    }),
    unheardSeconds: new Gauge({
      name: 'assent_webhooks_silent_seconds',
      help: 'For how long WhatsApp has taken messages and no webhook has come; 0 where one came',
      registers,
    }),
    loopAge: new Gauge({
      name: 'assent_loop_age_seconds',
      help: 'Since the last turn of a loop that ended well',
      labelNames: ['loop'],
      registers,
    }),
    eventLoopLag: new Gauge({
      name: 'assent_event_loop_lag_seconds',
      help: 'How late the event loop was since the last scrape',
      labelNames: ['quantile'],
      registers,
    }),
    poolConnections: new Gauge({
      name: 'assent_pool_connections',
      help: 'Connections to PostgreSQL, in use and idle',
      labelNames: ['pool', 'state'],
      registers,
    }),
    poolWaiting: new Gauge({
      name: 'assent_pool_waiting',
      help: 'Who waits for a connection to PostgreSQL',
      labelNames: ['pool'],
      registers,
    }),
    backedUp: (at) => backupAt.set((at ?? 0) / 1000),
  };
}
