import { WhatsAppClient } from '@kapso/whatsapp-cloud-api';
import { z } from 'zod';
import {
  type Clock,
  type MessagingProvider,
  type ProviderNumber,
  type ProviderTemplate,
  ProviderUnavailable,
} from '../../ports.ts';
import { createDeparture } from './departure.ts';
import { adviceFor, explain, isListed, isNoSuchObject } from './errors.ts';
import { anything, idText, known, lenient, shortText } from './fields.ts';
import { isNobody } from './identity.ts';
import { createMedia } from './media.ts';
import { type Answer, jsonOrUndefined, nameOfFailure, outcomeOfAnswer, outcomeOfFailure } from './outcome.ts';
import { parseProviderError } from './parse-status.ts';
import { sendPayload } from './payload.ts';
import { storable } from './storable.ts';

export interface WhatsAppCloudConfig {
  /** `https://graph.facebook.com`, or where the emulator listens. */
  apiUrl: string;
  /** `v26.0` */
  apiVersion: string;
  phoneNumberId: string;
  businessAccountId: string;
  accessToken: string;
  /** For a whole call, from the first byte to the last. */
  timeoutMs?: number;
  /** For Meta's hosts beside `apiUrl`, where files are (adapters/outbound); the global one where there is none. */
  fetchPublic?: typeof fetch;
  now?: Clock;
}

const PAGE_SIZE = 100;
/** An account holds 6,000 templates at most; twice as many pages as that takes mean that the pages go round. */
const MAX_PAGES = 120;

/**
 * WhatsApp's Cloud API. Throws when the settings are not usable (no token, no URL).
 *
 * Kapso's client makes the requests: address, version, token. Its resource methods are not used: they put the HTTP
 * status where an error code belongs when a proxy answered, take `200 {}` for success, hide that a body was cut, and
 * rename the keys inside template components.
 */
export function createWhatsAppCloud(config: WhatsAppCloudConfig): MessagingProvider {
  const { phoneNumberId, businessAccountId, timeoutMs = 30_000, now = Date.now } = config;
  const clientOver = (fetchOnce: typeof fetch): WhatsAppClient =>
    new WhatsAppClient({
      baseUrl: new URL(config.apiUrl).href,
      graphVersion: config.apiVersion,
      accessToken: config.accessToken,
      // A redirect would carry the token, or the message a second time, to another place.
      fetch: (url, init) =>
        fetchOnce(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) }),
    });
  const client = clientOver(fetch);
  const departing = createDeparture();

  async function post(by: WhatsAppClient, path: string, payload: object): Promise<Answer> {
    const headers = { 'Content-Type': 'application/json' };
    return answerOf(await by.request('POST', path, { body: JSON.stringify(payload), headers }));
  }

  /** The body of a 2xx answer; throws `ProviderUnavailable` for everything else. */
  async function ask(what: string, call: () => Promise<Answer>): Promise<unknown> {
    const answer = await call().catch((error: unknown) => {
      throw new ProviderUnavailable(`${what}: no answer from WhatsApp: ${nameOfFailure(error)}`);
    });
    const { status, body } = answer;
    if (status >= 200 && status < 300 && body !== undefined) return body;
    const parsed = errorBody.safeParse(body);
    const error = parsed.success ? parseProviderError(parsed.data.error) : undefined;
    const reason = error === undefined ? '' : `, error ${error.code}: ${error.title}`;
    throw new ProviderUnavailable(`${what}: WhatsApp answered HTTP ${status}${reason}`, error);
  }

  async function get(what: string, path: string, query: Record<string, string | number>): Promise<unknown> {
    return ask(what, async () => answerOf(await client.request('GET', path, { query })));
  }

  return {
    async send(message, mayLeave) {
      if (isNobody(message.to)) {
        const error = { code: 100, title: 'The message names no recipient.' };
        return { kind: 'refused', error, advice: 'never' };
      }
      try {
        const way = clientOver(departing(mayLeave));
        const answer = await post(way, `${message.phoneNumberId}/messages`, sendPayload(message));
        const outcome = outcomeOfAnswer(answer, now());
        // A file's id that WhatsApp does not know any more says nothing about our number either.
        if (outcome.kind === 'refused' && message.content.kind === 'media' && isNoSuchObject(outcome.error))
          return { ...outcome, advice: 'upload-again' };
        // A user id that is not valid any more concerns this person; it says nothing about our number.
        if (outcome.kind === 'refused' && message.to.phone === undefined && isNoSuchObject(outcome.error))
          return { ...outcome, advice: 'never' };
        return outcome;
      } catch (error) {
        return outcomeOfFailure(error, now());
      }
    },

    async markRead(number, whatsappId, typing) {
      const payload = {
        messaging_product: 'whatsapp',
        status: 'read',
        message_id: whatsappId,
        ...(typing ? { typing_indicator: { type: 'text' } } : {}),
      };
      await ask('mark as read', () => post(client, `${number}/messages`, payload));
    },

    media: createMedia({
      ...config,
      timeoutMs,
      fetch,
      fetchPublic: config.fetchPublic ?? fetch,
    }),

    advise: (code) => adviceFor({ code, title: '' }),
    explain: (error) =>
      isListed(error.code)
        ? explain(error.code)
        : `WhatsApp refused it: ${error.details ?? error.title} (${error.code}).`,
    async templates() {
      const templates: ProviderTemplate[] = [];
      let after: string | undefined;
      for (let page = 0; page < MAX_PAGES; page++) {
        const body = await get('templates', `${businessAccountId}/message_templates`, {
          fields: 'id,name,language,status,category,parameter_format,components,quality_score',
          limit: PAGE_SIZE,
          ...(after === undefined ? {} : { after }),
        });
        const parsed = templatePage.safeParse(body);
        if (!parsed.success) throw new ProviderUnavailable('templates: not a list of templates');
        templates.push(...parsed.data.data.flatMap(templateOf));
        const { next, cursors } = parsed.data.paging ?? {};
        if (next === undefined) return templates;
        // Not by following `next`: it is an address, and carries the token.
        after = cursors?.after ?? URL.parse(next)?.searchParams.get('after') ?? undefined;
        if (after === undefined) break;
      }
      throw new ProviderUnavailable('templates: the pages do not lead to an end');
    },

    async number() {
      const fields = 'id,display_phone_number,verified_name,quality_rating,status';
      const parsed = numberNode.safeParse(await get('number', phoneNumberId, { fields }));
      if (!parsed.success) throw new ProviderUnavailable('number: not a phone number');
      return numberOf(parsed.data);
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const body = storable(jsonOrUndefined(await response.text()));
  return { status: response.status, headers: response.headers, body };
}

const errorBody = z.looseObject({ error: anything });

const templatePage = z.looseObject({
  data: z.array(z.unknown()),
  paging: lenient(
    z.looseObject({
      next: lenient(z.string().min(1)),
      cursors: lenient(z.looseObject({ after: lenient(z.string().min(1)) })),
    }),
  ),
});

const templateNode = z.looseObject({
  id: idText,
  name: shortText,
  language: shortText,
  status: shortText,
  category: shortText,
  parameter_format: z.enum(['POSITIONAL', 'NAMED']).catch('POSITIONAL'),
  components: z.array(z.unknown()).catch([]),
  quality_score: lenient(z.looseObject({ score: lenient(shortText) })),
});

/** A template without its name or status is none we could offer: it is left out. */
function templateOf(node: unknown): ProviderTemplate[] {
  const parsed = templateNode.safeParse(node);
  if (!parsed.success) return [];
  const { id, name, language, status, category, parameter_format, components, quality_score } = parsed.data;
  return [
    known({
      id,
      name,
      language,
      status,
      category,
      parameterFormat: parameter_format,
      components,
      quality: quality_score?.score,
    }),
  ];
}

const numberNode = z.looseObject({
  id: idText,
  display_phone_number: z.string(),
  verified_name: z.string().catch(''),
  status: z.string().catch('UNKNOWN'),
  quality_rating: lenient(shortText),
});

function numberOf(node: z.infer<typeof numberNode>): ProviderNumber {
  return known({
    phoneNumberId: node.id,
    displayPhoneNumber: node.display_phone_number,
    verifiedName: node.verified_name,
    status: node.status,
    quality: node.quality_rating,
  });
}
