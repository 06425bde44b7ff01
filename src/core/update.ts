import type { MediaKind } from './media.ts';

/**
 * What WhatsApp tells us, one value per thing that happened, already checked and free of Meta's wire format.
 * The adapter makes them from a webhook body; the ingest stores and applies them. Plain JSON, so that a stored
 * update can be read back and applied again years later. Times are milliseconds since 1970 by WhatsApp's clock.
 */

/** How a person is known in one update. At least one key is present; a phone is E.164 with `+`. */
export interface Identity {
  phone?: string;
  /** Business-scoped user id, `^[A-Z]{2}\.[0-9A-Za-z]+$`; valid for one business portfolio. */
  userId?: string;
  /** Shared by linked portfolios: `CC.ENT.…`. */
  parentUserId?: string;
}

/** What a message holds, as far as we act on it. `other` is kept and shown as a placeholder. */
export type InboundContent =
  | { kind: 'text'; text: string }
  | { kind: 'button'; payload: string; label: string }
  | { kind: 'reply'; form: 'button' | 'list'; id: string; label: string; description?: string }
  | {
      kind: 'media';
      media: MediaKind;
      mediaId?: string;
      mimeType?: string;
      /** As WhatsApp announced it, in hex. */
      sha256?: string;
      caption?: string;
      filename?: string;
      voice?: boolean;
      animated?: boolean;
    }
  | { kind: 'reaction'; target: string; emoji: string | null }
  | { kind: 'location'; latitude: number; longitude: number; name?: string; address?: string }
  | { kind: 'contacts'; names: string[]; cards?: ContactCard[] }
  | { kind: 'edit'; target: string; text: string | null }
  | { kind: 'revoke'; target: string }
  | { kind: 'unsupported'; type: string }
  /** `text` is what the customer wrote with it: the note of an order. */
  | { kind: 'other'; type: string; text?: string };

/** An address card of somebody else, as a customer or we share it. */
export interface ContactCard {
  name: string;
  phones: { phone: string; type?: string }[];
  emails: string[];
}

/** The message an answer refers to. `id` is the quoted WhatsApp message id; a forward has none. */
export interface InboundContext {
  id?: string;
  forwarded: boolean;
}

export interface ProviderError {
  code: number;
  subcode?: number;
  title: string;
  details?: string;
}

export type DeliveryStatus = 'sent' | 'delivered' | 'read' | 'failed';

interface Base {
  /** The business number it concerns, Meta's phone number id; empty where the field is about the whole account. */
  phoneNumberId: string;
  /** Unique together with the person it concerns: redelivery of the same event has the same key. */
  eventKey: string;
  at: number;
}

export type Update =
  | (Base & {
      kind: 'message';
      from: Identity;
      profileName?: string;
      whatsappId: string;
      content: InboundContent;
      context: InboundContext | null;
    })
  | (Base & {
      kind: 'status';
      recipient: Identity;
      whatsappId: string;
      status: DeliveryStatus;
      callbackData?: string;
      errors: ProviderError[];
    })
  | (Base & { kind: 'preference'; from: Identity; value: 'stop' | 'resume' | 'signup'; signupId?: string })
  | (Base & {
      kind: 'identity-change';
      /** Who it was until now. */
      from: Identity;
      /** Who it is from now on; a key that is absent is not known to have changed. */
      to: Identity;
      change: 'number' | 'user-id' | 'identity';
    })
  | (Base & {
      kind: 'template-status';
      businessAccountId: string;
      template: TemplateRef;
      event: string;
      reason?: string;
      category?: string;
    })
  | (Base & {
      kind: 'template-category';
      businessAccountId: string;
      template: TemplateRef;
      /** `impending`: Meta announces it, the category is still `current`. `done`: `current` is the new one. */
      phase: 'impending' | 'done';
      current: string;
      next?: string;
      effectiveAt?: number;
    })
  | (Base & { kind: 'template-quality'; businessAccountId: string; template: TemplateRef; quality: string })
  | (Base & { kind: 'template-components'; businessAccountId: string; template: TemplateRef })
  | (Base & { kind: 'account'; businessAccountId: string; event: string; detail?: string })
  | (Base & { kind: 'phone-number'; businessAccountId: string; event: string; detail?: string })
  | (Base & { kind: 'echo'; to: Identity; whatsappId: string })
  | (Base & { kind: 'unknown'; field: string; reason: string });

export interface TemplateRef {
  id: string;
  name: string;
  language: string;
}
