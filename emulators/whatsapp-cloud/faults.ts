import { z } from 'zod';

const sendKinds = ['late', 'hang', '5xx', '429', 'cut-before', 'cut-after', 'code'] as const;
const webhookKinds = [
  'late',
  'duplicate',
  'out-of-order',
  'batch',
  'drop',
  'cut-before',
  'cut-after',
  'bad-signature',
  'unescaped',
] as const;

/** What `POST /emulator/faults` takes. docs/emulator.md explains each kind. */
export const faultSchema = z
  .strictObject({
    kind: z.enum([...new Set([...sendKinds, ...webhookKinds])]),
    /** Where it strikes. Default: `webhook` for late, duplicate, out-of-order and the webhook-only kinds, else `send`. */
    scope: z.enum(['send', 'templates', 'media', 'graph', 'webhook']).optional(),
    /** The next n that match. Default 1; 2 for out-of-order and batch. */
    count: z.number().int().positive().optional(),
    /** Every nth that matches, until removed (or `count` times). */
    every: z.number().int().positive().optional(),
    always: z.boolean().optional(),
    /** late: how much later. out-of-order, batch: how long to wait for the others. */
    delayMs: z.number().int().nonnegative().max(600_000).optional(),
    code: z.number().int().optional(),
    details: z.string().optional(),
    subcode: z.number().int().optional(),
    /** code: error response, 200 and then status failed, or an error response and a failed status. */
    path: z.enum(['sync', 'async', 'both']).optional(),
    httpStatus: z.number().int().min(200).max(599).optional(),
    retryAfter: z.union([z.string(), z.number()]).optional(),
    /** 5xx: a proxy's HTML page instead of Meta's JSON. */
    nonJson: z.boolean().optional(),
    /** 5xx, late: the message was taken all the same. */
    accepted: z.boolean().optional(),
    /** Only for this customer (phone or user id). */
    to: z.string().optional(),
    /** webhook: only this field, status or inbound message type. */
    field: z.string().optional(),
    status: z.string().optional(),
    type: z.string().optional(),
  })
  .transform((fault, ctx) => {
    const webhookFirst = ['late', ...webhookKinds.filter((kind) => !kind.startsWith('cut'))];
    const scope = fault.scope ?? (webhookFirst.includes(fault.kind) ? 'webhook' : 'send');
    const allowed: readonly string[] = scope === 'webhook' ? webhookKinds : sendKinds;
    if (!allowed.includes(fault.kind))
      ctx.addIssue({ code: 'custom', message: `${fault.kind} cannot strike ${scope}` });
    if (fault.kind === 'code' && fault.code === undefined)
      ctx.addIssue({ code: 'custom', message: 'code is missing' });
    const endless = fault.always === true || fault.every !== undefined;
    const fallback = fault.kind === 'out-of-order' || fault.kind === 'batch' ? 2 : 1;
    return { ...fault, scope, count: fault.count ?? (endless ? null : fallback) };
  });

export type FaultInput = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema> & { readonly id: number };

/** One call or update that a fault may strike. */
export type Target = {
  scope: 'send' | 'templates' | 'media' | 'graph' | 'webhook';
  /** Every address of the customer concerned. */
  addresses?: readonly string[];
  field?: string | undefined;
  status?: string | undefined;
  type?: string | undefined;
};

export type Faults = {
  readonly add: (fault: z.output<typeof faultSchema>) => Fault;
  readonly list: () => { fault: Fault; seen: number; left: number | null }[];
  readonly clear: () => void;
  /** The first fault that strikes this target, used up by one; `last` when it is used up now. */
  readonly take: (target: Target) => { fault: Fault; last: boolean } | null;
};

export function createFaults(): Faults {
  let active: { fault: Fault; seen: number; left: number | null }[] = [];
  let nextId = 1;
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
    take: (target) => {
      for (const item of active) {
        if (!matches(item.fault, target)) continue;
        item.seen += 1;
        if (item.fault.every !== undefined && item.seen % item.fault.every !== 0) continue;
        if (item.left !== null) item.left -= 1;
        const last = item.left === 0;
        if (last) active = active.filter((other) => other !== item);
        return { fault: item.fault, last };
      }
      return null;
    },
  };
}

function matches(fault: Fault, target: Target): boolean {
  const scopeFits = fault.scope === target.scope || (fault.scope === 'graph' && target.scope !== 'webhook');
  if (!scopeFits) return false;
  if (fault.to !== undefined) {
    const wanted = /[A-Za-z]/.test(fault.to) ? fault.to : fault.to.replace(/\D/g, '');
    if (!target.addresses?.includes(wanted)) return false;
  }
  return (
    (fault.field === undefined || fault.field === target.field) &&
    (fault.status === undefined || fault.status === target.status) &&
    (fault.type === undefined || fault.type === target.type)
  );
}
