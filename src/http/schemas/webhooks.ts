import { z } from 'zod';
import { CONSENT_EVENTS } from '../../core/consent-event.ts';
import { Id, pageOf, Time } from './common.ts';

/** Webhooks out (docs/webhooks.md): endpoints, and what became of each event. */

const Types = z.array(z.enum(CONSENT_EVENTS)).min(1).max(CONSENT_EVENTS.length);
const Url = z.string().trim().min(1).max(2000);
const Description = z.string().trim().max(200);

export const WebhookOut = z.object({
  id: Id,
  url: z.string(),
  description: z.string(),
  types: z.array(z.enum(CONSENT_EVENTS)),
  enabled: z.boolean(),
  /** Why it is off: by a person, because it answered 410, or because nothing arrived for five days. */
  disabledReason: z.enum(['by-hand', 'gone', 'failing']).nullable(),
  disabledAt: Time.nullable(),
  /** Since when every try failed; null while it works. */
  failingSince: Time.nullable(),
  lastSuccessAt: Time.nullable(),
  /** Until when the secret before the present one signs along. */
  oldSecretUntil: Time.nullable(),
  pending: z.number(),
  createdBy: z.string(),
  createdAt: Time,
});
export type WebhookOut = z.infer<typeof WebhookOut>;
export const WebhooksOut = z.object({ items: z.array(WebhookOut) });
export type WebhooksOut = z.infer<typeof WebhooksOut>;

export const WebhookInput = z
  .object({ url: Url, description: Description.default(''), types: Types })
  .strict();
export const WebhookPatch = z
  .object({
    url: Url.optional(),
    description: Description.optional(),
    types: Types.optional(),
    enabled: z.boolean().optional(),
  })
  .strict();

/** `secret` is shown this once. */
export const WebhookSecretOut = z.object({ webhook: WebhookOut, secret: z.string() });
export type WebhookSecretOut = z.infer<typeof WebhookSecretOut>;

/** `problem` says why the last try failed: `status` and `redirect` by what was answered. */
export const DeliveryOut = z.object({
  id: Id,
  type: z.string(),
  state: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.number(),
  /** When it is tried again; null where it is over. */
  nextAt: Time.nullable(),
  status: z.number().nullable(),
  problem: z.enum(['status', 'redirect', 'address-refused', 'unreachable', 'timeout', 'tls']).nullable(),
  createdAt: Time,
  triedAt: Time.nullable(),
});
export type DeliveryOut = z.infer<typeof DeliveryOut>;
export const DeliveryPage = pageOf(DeliveryOut);
export type DeliveryPage = z.infer<typeof DeliveryPage>;
export const TestEventOut = z.object({ id: Id });
