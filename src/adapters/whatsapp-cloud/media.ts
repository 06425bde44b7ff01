import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { sha256Hex } from '../../core/media.ts';
import {
  type MediaDownload,
  type MediaFile,
  type MediaUpload,
  type MessagingProvider,
  ProviderUnavailable,
} from '../../ports.ts';
import { adviceFor, isNoSuchObject } from './errors.ts';
import { idText, lenient, shortText } from './fields.ts';
import { type Answer, jsonOrUndefined, nameOfFailure } from './outcome.ts';
import { parseProviderError } from './parse-status.ts';

/** Where Meta keeps files, beside the address that is configured. */
const META_HOSTS = new Set(['lookaside.fbsbx.com', 'graph.facebook.com']);
const MOST_REDIRECTS = 3;
/** A file that sends nothing for so long has stopped coming, ms. */
const SILENCE_MS = 25_000;
/** An upload of 100 MB on a slow line, ms. */
const UPLOAD_MS = 10 * 60_000;

export interface MediaConfig {
  apiUrl: string;
  apiVersion: string;
  accessToken: string;
  timeoutMs: number;
  silenceMs?: number;
  fetch: typeof fetch;
  /** For Meta's other hosts: connects to nothing inside, whatever their names resolve to. */
  fetchPublic: typeof fetch;
}

const descriptor = z.looseObject({
  url: z.string().min(1),
  mime_type: lenient(shortText),
  sha256: lenient(shortText),
  file_size: lenient(z.coerce.number().int().nonnegative()),
});
const errorBody = z.looseObject({ error: z.unknown() });
const uploaded = z.looseObject({ id: idText });

/**
 * Files by WhatsApp's media ids. The token goes along with every request, so a file's address is only asked where the
 * API itself is, or at Meta's own hosts over TLS, and a redirect is held to the same (it would otherwise let whoever can
 * name an address make us fetch it: https://cwe.mitre.org/data/definitions/918.html).
 *
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
 */
export function createMedia(config: MediaConfig): MessagingProvider['media'] {
  const base = new URL(config.apiUrl);
  const root = `${base.href.replace(/\/$/, '')}/${config.apiVersion}`;
  const authorization = `Bearer ${config.accessToken}`;

  async function request(
    what: string,
    url: URL | string,
    init: RequestInit,
    timeoutMs: number,
  ): Promise<Response> {
    const signals = [AbortSignal.timeout(timeoutMs), ...(init.signal == null ? [] : [init.signal])];
    const headers = { authorization, ...init.headers };
    try {
      const isOurs = new URL(url).origin === base.origin;
      return await (isOurs ? config.fetch : config.fetchPublic)(url, {
        ...init,
        headers,
        redirect: 'manual',
        signal: AbortSignal.any(signals),
      });
    } catch (error) {
      throw new ProviderUnavailable(`${what}: no answer from WhatsApp: ${nameOfFailure(error)}`);
    }
  }

  const mayAsk = (url: URL): boolean =>
    url.username === '' &&
    url.password === '' &&
    (url.origin === base.origin ||
      (url.protocol === 'https:' && url.port === '' && META_HOSTS.has(url.hostname)));

  /** The file itself. Null: the address is no good any more; a new one may be had. */
  async function follow(
    address: string,
    signal: AbortSignal | undefined,
  ): Promise<Response | MediaDownload | null> {
    let url = URL.parse(address);
    for (let turn = 0; turn <= MOST_REDIRECTS; turn += 1) {
      if (url === null || !mayAsk(url))
        return { kind: 'untrusted', detail: `the file is said to be at ${url?.host ?? 'no address'}` };
      const response = await request('media', url, signal === undefined ? {} : { signal }, config.timeoutMs);
      if (response.status === 200) return response;
      await response.body?.cancel().catch(() => {});
      if ([401, 403, 404, 410].includes(response.status)) return null;
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null)
        throw new ProviderUnavailable(`media: WhatsApp answered HTTP ${response.status}`);
      url = URL.parse(location, url);
    }
    throw new ProviderUnavailable('media: the redirects do not lead to an end');
  }

  return {
    async download(mediaId, signal) {
      // The address lives for minutes: one that is gone already is asked for anew, once.
      for (let turn = 0; turn < 2; turn += 1) {
        const response = await request(
          'media',
          `${root}/${encodeURIComponent(mediaId)}`,
          signal === undefined ? {} : { signal },
          config.timeoutMs,
        );
        const answer = await answerOf(response);
        if (answer.status !== 200) {
          const error = errorOf(answer);
          if (error !== undefined && isNoSuchObject(error)) return { kind: 'gone' };
          throw unavailable('media', answer);
        }
        const parsed = descriptor.safeParse(answer.body);
        if (!parsed.success) throw new ProviderUnavailable('media: not a description of a file');
        const found = await follow(parsed.data.url, signal);
        if (found === null) continue;
        if ('kind' in found) return found;
        return {
          kind: 'found',
          mimeType: parsed.data.mime_type ?? null,
          sha256: sha256Hex(parsed.data.sha256),
          size: parsed.data.file_size ?? null,
          content: bytesOf(found, config.silenceMs ?? SILENCE_MS),
        };
      }
      return { kind: 'gone' };
    },

    async upload(phoneNumberId, file, signal) {
      const { body, headers } = formOf(file);
      const init = {
        method: 'POST',
        body,
        headers,
        duplex: 'half',
        ...(signal === undefined ? {} : { signal }),
      };
      const response = await request('upload', `${root}/${phoneNumberId}/media`, init, UPLOAD_MS);
      const answer = await answerOf(response);
      if (answer.status >= 200 && answer.status < 300) {
        const parsed = uploaded.safeParse(answer.body);
        if (!parsed.success) throw new ProviderUnavailable('upload: an answer without a media id');
        return { kind: 'accepted', mediaId: parsed.data.id } satisfies MediaUpload;
      }
      const error = errorOf(answer);
      if (error === undefined) throw unavailable('upload', answer);
      const advice = adviceFor(error, answer.status);
      if (advice === 'retry' || answer.status >= 500 || answer.status === 429)
        throw unavailable('upload', answer);
      return { kind: 'refused', error, advice };
    },
  };
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text().catch((error: unknown) => {
    throw new ProviderUnavailable(`no whole answer from WhatsApp: ${nameOfFailure(error)}`);
  });
  return { status: response.status, headers: response.headers, body: jsonOrUndefined(text) };
}

function errorOf({ body }: Answer) {
  const parsed = errorBody.safeParse(body);
  return parsed.success ? parseProviderError(parsed.data.error) : undefined;
}

function unavailable(what: string, answer: Answer): ProviderUnavailable {
  const error = errorOf(answer);
  const reason = error === undefined ? '' : `, error ${error.code}: ${error.title}`;
  return new ProviderUnavailable(`${what}: WhatsApp answered HTTP ${answer.status}${reason}`, error);
}

/** The body as it comes; a break or a long silence is `ProviderUnavailable`. */
async function* bytesOf(response: Response, silenceMs: number): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new ProviderUnavailable('media: the file stopped coming')),
          silenceMs,
        );
      });
      const next = await Promise.race([reader.read(), silence]).finally(() => clearTimeout(timer));
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    if (error instanceof ProviderUnavailable) throw error;
    throw new ProviderUnavailable(`media: the file was cut off: ${nameOfFailure(error)}`);
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** A form written by hand, because `FormData` takes whole files only. Its length is known, so it is not sent in chunks. */
function formOf(file: MediaFile): { body: ReadableStream<Uint8Array>; headers: Record<string, string> } {
  const boundary = `assent-${randomBytes(16).toString('hex')}`;
  const field = (name: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  // Nobody sees this name: the message carries the one the customer gets.
  const name = file.fileName.replace(/[^\w.-]/g, '_');
  const before = Buffer.from(
    `${field('messaging_product', 'whatsapp')}${field('type', file.mimeType)}--${boundary}\r\n` +
      `Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${file.mimeType}\r\n\r\n`,
  );
  const after = Buffer.from(`\r\n--${boundary}--\r\n`);
  async function* parts(): AsyncGenerator<Uint8Array> {
    yield before;
    yield* file.content;
    yield after;
  }
  return {
    body: streamOf(parts()),
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(before.length + file.size + after.length),
    },
  };
}

function streamOf(parts: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const next = await parts.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await parts.return(undefined);
    },
  });
}
