import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { Attributes, SpanRef, Tracer } from './actions/tracer.ts';

/**
 * Traces for OpenTelemetry, sent as OTLP/HTTP in JSON: https://opentelemetry.io/docs/specs/otlp/#otlphttp. Written here, as
 * the SDK brings 50 MB of packages for what is a batch of objects and a POST. Spans hold ids, codes and counts.
 */
export interface TracingOptions {
  /** Such as `http://127.0.0.1:4318`; `/v1/traces` is added. */
  endpoint: string;
  headers: Record<string, string>;
  serviceName: string;
  version: string;
  /** Of traces that are begun, 0 to 1. */
  ratio: number;
  /** Told where spans could not be delivered, once per outage. */
  lost(error: unknown): void;
}

export interface Tracing extends Tracer {
  /** Sends what is left, and no more after that. */
  close(): Promise<void>;
}

interface Span extends SpanRef {
  parentSpanId: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: unknown[];
  links: readonly SpanRef[];
  status: { code?: number };
}

const EVERY_MS = 2_000;
const MOST_PER_BATCH = 500;
/** More are dropped: a collector that is away must not cost memory. */
const MOST_KEPT = 5_000;
const KINDS = { internal: 1, server: 2, client: 3 };

export function createTracing(options: TracingOptions): Tracing {
  const current = new AsyncLocalStorage<SpanRef | null>();
  let kept: Span[] = [];
  let failing = false;
  let sending: Promise<void> = Promise.resolve();

  /** The same answer for the same trace, on every node. */
  const isSampled = (traceId: string): boolean =>
    Number.parseInt(traceId.slice(-8), 16) / 0x1_0000_0000 < options.ratio;

  const send = async (): Promise<void> => {
    while (kept.length > 0) {
      const batch = kept.slice(0, MOST_PER_BATCH);
      try {
        const answer = await fetch(`${options.endpoint.replace(/\/$/, '')}/v1/traces`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...options.headers },
          body: JSON.stringify(requestOf(options, batch)),
          signal: AbortSignal.timeout(5_000),
        });
        await answer.arrayBuffer();
        if (!answer.ok) throw new Error(`the collector answered ${answer.status}`);
        failing = false;
      } catch (error) {
        if (!failing) options.lost(error);
        failing = true;
        return;
      }
      kept = kept.slice(batch.length);
    }
  };
  const timer = setInterval(() => {
    sending = sending.then(send);
  }, EVERY_MS);
  timer.unref();

  return {
    current: () => current.getStore() ?? null,
    async span(name, { kind = 'internal', attributes = {}, links = [], trace, ...more }, work) {
      const begun = trace?.replaceAll('-', '') ?? randomBytes(16).toString('hex');
      const within = 'parent' in more ? more.parent : current.getStore();
      const parent = trace === undefined ? within : undefined;
      // Within a trace that is not kept, nothing is.
      if (parent === null || (parent === undefined && !isSampled(begun)))
        return current.run(null, () => work(() => {}));
      const ref = { traceId: parent?.traceId ?? begun, spanId: randomBytes(8).toString('hex') };
      const all: Attributes = { ...attributes };
      const startTimeUnixNano = nanoseconds();
      let failed = true;
      try {
        const result = await current.run(ref, () => work((known) => void Object.assign(all, known)));
        failed = false;
        return result;
      } finally {
        if (kept.length < MOST_KEPT)
          kept.push({
            ...ref,
            parentSpanId: parent?.spanId ?? '',
            name,
            kind: KINDS[kind],
            startTimeUnixNano,
            endTimeUnixNano: nanoseconds(),
            attributes: attributesOf(all),
            links,
            status: failed ? { code: 2 } : {},
          });
      }
    },
    async close() {
      clearInterval(timer);
      await sending;
      await send();
    },
  };
}

const nanoseconds = (): string =>
  String(BigInt(Math.round((performance.timeOrigin + performance.now()) * 1_000)) * 1_000n);

const attributesOf = (attributes: Attributes): unknown[] =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(Math.round(value)) } : { stringValue: value },
  }));

const requestOf = ({ serviceName, version }: TracingOptions, spans: readonly Span[]): unknown => ({
  resourceSpans: [
    {
      resource: {
        attributes: attributesOf({
          'service.name': serviceName,
          'service.version': version,
          'process.pid': process.pid,
        }),
      },
      scopeSpans: [{ scope: { name: 'assent' }, spans }],
    },
  ],
});
