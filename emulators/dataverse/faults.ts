import { z } from 'zod';
import { DataverseError } from './errors.ts';
import { throttled } from './limits.ts';
import type { Settings } from './model.ts';

const answerKinds = [
  '429',
  'status',
  'code',
  '401',
  'html',
  'cut',
  'cut-body',
  'truncated',
  'gzip-broken',
  'hang',
  'late',
] as const;
const recordKinds = ['stale-read', 'ignore-representation'] as const;
const webhookKinds = ['late', 'duplicate', 'out-of-order', 'drop'] as const;
const partKinds: readonly string[] = ['429', 'status', 'code', '401'];
/** Broken only on the way back: the work was done. */
const doneKinds: readonly string[] = ['cut-body', 'truncated', 'gzip-broken', 'late'];

/** What `POST /emulator/dataverse/faults` takes. docs/emulator-dataverse.md explains each kind. */
export const faultSchema = z
  .strictObject({
    kind: z.enum([...new Set([...answerKinds, ...recordKinds, ...webhookKinds])]),
    /** Where it strikes: requests of the Web API, members of a batch, the token endpoint, or webhooks. */
    scope: z.enum(['api', 'part', 'token', 'webhook']).optional(),
    /** The next n that match. Default 1. */
    count: z.number().int().positive().optional(),
    /** Every nth that matches, until removed (or `count` times). */
    every: z.number().int().positive().optional(),
    always: z.boolean().optional(),
    /** Lets the first n that match pass. */
    skip: z.number().int().nonnegative().default(0),
    /** Only this method. */
    method: z.string().optional(),
    /** Only where the URL (percent-decoded) contains this. */
    url: z.string().optional(),
    /** The work was done all the same. Default: true for cut-body, truncated, gzip-broken and late. */
    accepted: z.boolean().optional(),
    /** status: default 503. code: default 400. */
    httpStatus: z.number().int().min(200).max(599).optional(),
    code: z.string().optional(),
    message: z.string().optional(),
    /** 429: which limit. */
    limit: z.enum(['requests', 'time', 'concurrent']).default('requests'),
    /** 429 and status: null leaves the header out. */
    retryAfter: z.union([z.string(), z.number(), z.null()]).optional(),
    delayMs: z.number().int().nonnegative().max(600_000).default(100),
  })
  .transform((fault, ctx) => {
    const webhookFirst: readonly string[] = ['duplicate', 'out-of-order', 'drop'];
    const scope = fault.scope ?? (webhookFirst.includes(fault.kind) ? 'webhook' : 'api');
    const allowed: readonly string[] =
      scope === 'webhook'
        ? webhookKinds
        : scope === 'part'
          ? partKinds
          : scope === 'token'
            ? answerKinds
            : [...answerKinds, ...recordKinds];
    if (!allowed.includes(fault.kind))
      ctx.addIssue({ code: 'custom', message: `${fault.kind} cannot strike ${scope}` });
    const endless = fault.always === true || fault.every !== undefined;
    return {
      ...fault,
      scope,
      accepted: fault.accepted ?? doneKinds.includes(fault.kind),
      count: fault.count ?? (endless ? null : 1),
    };
  });
export type FaultInput = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema> & { readonly id: number };
type Target = { scope: Fault['scope']; method?: string; url?: string };

export type Faults = {
  readonly add: (fault: z.output<typeof faultSchema>) => Fault;
  readonly list: () => { fault: Fault; seen: number; left: number | null }[];
  readonly clear: () => void;
  /** The first fault that strikes this target, used up by one. */
  readonly take: (target: Target) => Fault | null;
  readonly takeStale: (set: string) => boolean;
  readonly takeIgnoredPreference: (set: string) => boolean;
  /** The refusal of a 429, 401, status or code fault. */
  readonly errorOf: (fault: Fault) => DataverseError;
};

export function createFaults(settings: () => Settings): Faults {
  let active: { fault: Fault; seen: number; left: number | null }[] = [];
  let nextId = 1;
  const take = (target: Target, kinds: (kind: string) => boolean): Fault | null => {
    for (const item of active) {
      const { fault } = item;
      if (fault.scope !== target.scope || !kinds(fault.kind)) continue;
      if (fault.method !== undefined && fault.method !== target.method) continue;
      if (fault.url !== undefined && !decoded(target.url ?? '').includes(fault.url)) continue;
      item.seen += 1;
      if (item.seen <= fault.skip) continue;
      if (fault.every !== undefined && (item.seen - fault.skip) % fault.every !== 0) continue;
      if (item.left !== null) item.left -= 1;
      if (item.left === 0) active = active.filter((other) => other !== item);
      return fault;
    }
    return null;
  };
  const isRecordKind = (kind: string): boolean => recordKinds.some((one) => one === kind);
  return {
    add: (input) => {
      const fault = { ...input, id: nextId++ };
      active.push({ fault, seen: 0, left: fault.count });
      return fault;
    },
    list: () => active.map((item) => ({ ...item })),
    clear: () => {
      active = [];
    },
    take: (target) => take(target, (kind) => !isRecordKind(kind)),
    takeStale: (set) => take({ scope: 'api', url: set }, (kind) => kind === 'stale-read') !== null,
    takeIgnoredPreference: (set) =>
      take({ scope: 'api', url: set }, (kind) => kind === 'ignore-representation') !== null,
    errorOf: (fault) => {
      const retryAfter =
        fault.retryAfter === undefined || fault.retryAfter === null ? null : String(fault.retryAfter);
      if (fault.kind === '429')
        return throttled(fault.limit, fault.retryAfter === undefined ? '5' : retryAfter, settings());
      if (fault.kind === '401') return new DataverseError(401, '', 'Unauthorized');
      const status = fault.httpStatus ?? (fault.kind === 'status' ? 503 : 400);
      return new DataverseError(
        status,
        fault.code ?? '',
        fault.message ?? 'The service is unavailable.',
        retryAfter === null ? {} : { 'retry-after': retryAfter },
      );
    },
  };
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}
