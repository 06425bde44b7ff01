import { canonicalJson } from '../core/evidence.ts';
import type { SendPath } from '../core/gate.ts';
import { renderedText } from '../core/template.ts';
import { insertRequests, type NewRequest } from '../db/consent.ts';
import type { ContactPoint } from '../db/contact-points.ts';
import type { Tx } from '../db/engine.ts';
import { readChannel } from '../db/organisation.ts';
import type { Composed } from './compose-template.ts';
import type { Context } from './context.ts';
import type { Addressed } from './gate-contact.ts';
import { type NewFacts, type Rules, recordFactsOf } from './record-facts.ts';
import { Refusal } from './refusal.ts';
import { shownSender } from './shown-sender.ts';
import { openedFrom, type Target } from './target.ts';

/** A Consent Template that the gate let pass, to a contact point that the caller has locked. */
export interface Asked {
  contact: ContactPoint;
  composed: Composed;
  messageId: string;
  /** One per button, in order. */
  tokens: readonly string[];
  /** The record that is asked. */
  record: Addressed | null;
  target: Target;
  /** The newest decision is a refusal. */
  afterRefusal: boolean;
}

/** Another basis than those we know says which (product.md §3.5): without its words it is no evidence. */
export function needBasisText(given: { basis?: string | undefined; basisText?: string | undefined }): void {
  if (given.basis === 'other' && (given.basisText ?? '').trim() === '')
    throw new Refusal(
      422,
      'basis-text-missing',
      'Say which basis it is: “other” alone proves nothing later.',
      {
        problems: [{ code: 'basis-text-missing', message: 'Say which basis it is.', path: 'basisText' }],
      },
    );
}

/** Who asks, and why they may. */
export interface Asker {
  path: SendPath;
  name: string;
  /** Null for what is no person. */
  personId: string | null;
  /** Null: the record type's. */
  basis: string | null;
  basisText: string | null;
}

/**
 * Writes consent requests with their exact wording and one unguessable token per button, and what follows in the ledger. Each
 * contact point is named once.
 */
export async function askConsent(
  tx: Tx,
  ctx: Context,
  asked: readonly Asked[],
  asker: Asker,
  rules: Rules,
): Promise<void> {
  const now = ctx.clock();
  const requests: NewRequest[] = [];
  const facts: NewFacts[] = [];
  const sender = shownSender(ctx, rules.settings, await readChannel(tx, ctx.channel.phoneNumberId));
  for (const { contact, composed, messageId, tokens, record, target, afterRefusal } of asked) {
    const { template, whatsapp, language, purpose, rendered } = composed;
    const requestId = ctx.make.id();
    // Whose number it is, also where the wording names an opportunity of theirs.
    const whose = target.addressed ?? record;
    const wordingHash = ctx.keys.sha256(canonicalJson(rendered));
    const basis =
      asker.basis ??
      rules.recordTypes.get(record?.recordType ?? '')?.askingBasis ??
      rules.settings.unknownAskingBasis;
    const shared = {
      messageTemplateId: template.id,
      messageTemplateVersion: template.version,
      language,
      wordingHash,
      basis,
    };
    requests.push({
      ...shared,
      id: requestId,
      contactPointId: contact.id,
      messageId,
      purpose,
      requestedAt: now,
      templateName: whatsapp?.name ?? '',
      category: whatsapp?.category ?? '',
      wording: rendered,
      basisText: asker.basisText,
      recordType: record?.recordType ?? null,
      recordId: record?.recordId ?? null,
      actor: asker.name,
      actorId: asker.personId,
      tokens: composed.buttons.flatMap(({ label, meaning }, button) => {
        const token = tokens[button];
        return meaning === null || token === undefined ? [] : [{ token, button, label, meaning }];
      }),
    });
    facts.push({
      contact,
      lines: [
        {
          act: {
            act: 'requested',
            purpose,
            requestId,
            knowsSeq: 0,
            afterRefusal,
            ...(whose === null ? {} : { record: `${whose.recordType}/${whose.recordId}` }),
          },
          purposes: [purpose],
          at: now,
          receivedAt: now,
          source: asker.path,
          actor: asker.name,
          detail: {
            ...shared,
            templateName: whatsapp?.name,
            category: whatsapp?.category,
            sender,
            actorId: asker.personId,
            meanings: composed.buttons.map((button) => button.meaning),
            ...openedFrom(target),
          },
          personal: {
            phone: contact.phone,
            userId: contact.userId,
            messageId,
            wording: rendered,
            text: renderedText(rendered),
            basisText: asker.basisText,
            record,
          },
        },
      ],
    });
  }
  await insertRequests(tx, requests);
  await recordFactsOf(tx, ctx, facts, rules);
}
