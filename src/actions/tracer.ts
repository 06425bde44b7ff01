/** What happened within what, for how long: a trace (docs/operations.md, “Traces”). */
export interface SpanRef {
  /** 32 and 16 hexadecimal digits. */
  traceId: string;
  spanId: string;
}

/** Ids, codes and counts; nothing a person wrote, no number, no name. */
export type Attributes = Record<string, string | number>;

export interface SpanOptions {
  kind?: 'internal' | 'server' | 'client';
  attributes?: Attributes;
  /** In place of the span that is under way; null is a trace that is not kept. */
  parent?: SpanRef | null;
  /** Begins the trace with this id, a UUID. */
  trace?: string;
  links?: readonly SpanRef[];
}

export interface Tracer {
  /** The span under way; null where none is kept. */
  current(): SpanRef | null;
  /** Runs `work` as a span; it may note more when it knows more. */
  span<T>(
    name: string,
    options: SpanOptions,
    work: (note: (more: Attributes) => void) => Promise<T>,
  ): Promise<T>;
}

/** Where no traces are wanted. */
export const UNTRACED: Tracer = { current: () => null, span: (_name, _options, work) => work(() => {}) };
