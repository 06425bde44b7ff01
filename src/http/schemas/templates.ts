import { z } from 'zod';
import { EntityTag, Id, Time } from './common.ts';

/** What Meta approved, synced from the WhatsApp Business Account. `components` keeps Meta's own shape. */
export const WhatsAppTemplateOut = z.object({
  id: z.string(),
  name: z.string(),
  language: z.string(),
  category: z.string(),
  status: z.string(),
  parameterFormat: z.enum(['POSITIONAL', 'NAMED']),
  components: z.array(z.unknown()),
  quality: z.string().nullable(),
  /** Meta announced this category; the present one still stands. */
  impendingCategory: z.string().nullable(),
  syncedAt: Time,
});
export type WhatsAppTemplateOut = z.infer<typeof WhatsAppTemplateOut>;

export const TemplateType = z.enum(['consent', 'opt-in', 'opt-out', 'utility', 'marketing']);
export type TemplateType = z.infer<typeof TemplateType>;

/** Where a variable's text comes from: a column of the record, with a fallback, or a fixed text. */
export const BindingShape = z.union([
  z.object({ column: z.string().min(1).max(100), fallback: z.string().max(200).optional() }),
  z.object({ text: z.string().min(1).max(1024) }),
]);

export const MessageTemplateInput = z.object({
  name: z.string().trim().min(1).max(100),
  type: TemplateType,
  recordType: z.string().min(1).max(100),
  session: z
    .enum(['utility', 'marketing'])
    .default('utility')
    .describe(
      'What a Consent Template asks for: `utility` consent to service, `marketing` consent to marketing. A marketing template has either. All other types have `utility`.',
    ),
  whatsappTemplate: z
    .object({ name: z.string().min(1), language: z.string().min(1) })
    .nullable()
    .optional(),
  /** By variable key: `1`, `2` or a name for the body, `header.1` for the header. */
  bindings: z.record(z.string(), BindingShape).optional(),
  keywords: z
    .array(z.object({ text: z.string().trim().min(1).max(200), language: z.string().max(10).optional() }))
    .max(50)
    .optional(),
  /** The automatic answer of an Opt-In or Opt-Out Template; `texts` holds it per language. */
  reply: z
    .object({ text: z.string().max(4096), texts: z.record(z.string(), z.string().max(4096)).optional() })
    .nullable()
    .optional(),
  /** Opt-Out only: the keywords refuse at any time, not just as an answer to an open request. */
  keywordsAreStopWords: z.boolean().optional(),
});
export type MessageTemplateInput = z.infer<typeof MessageTemplateInput>;

/** What the API takes: a binding may be just the column's name. */
export const MessageTemplateBody = MessageTemplateInput.extend({
  bindings: z.record(z.string(), z.union([z.string().min(1).max(100), BindingShape])).optional(),
});

export const MessageTemplateOut = MessageTemplateInput.extend({
  id: Id,
  status: z.enum(['draft', 'published', 'retired']),
  version: z.number().int(),
  /** A draft beside the published version: what the next publish makes live. */
  draft: MessageTemplateInput.nullable(),
  /** Published but not sendable yet or any more, and why. */
  waitingFor: z.array(
    z.object({ code: z.string(), message: z.string(), values: z.record(z.string(), z.string()).optional() }),
  ),
  createdAt: Time,
  updatedAt: Time,
  etag: EntityTag,
});
export type MessageTemplateOut = z.infer<typeof MessageTemplateOut>;

export const PublishAnswer = MessageTemplateOut.extend({
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
});
export type PublishAnswer = z.infer<typeof PublishAnswer>;
