import type { MediaOut } from '../../src/http/schemas/chat.ts';
import { translate } from '../i18n/i18n.ts';
import { ApiProblem, answerOf, problemIn } from '../ui/api.ts';
import { callerHeaders } from '../ui/frame.ts';
import { announceSignedOut } from '../ui/session.ts';

/**
 * Uploads one file; it is sent to nobody before a message names it. The older way to ask a server, because only that
 * tells how far an upload is. Throws `ApiProblem`, or an `AbortError` where it was taken back.
 */
export function uploadFile(
  file: File,
  options: { kind: string; signal: AbortSignal; onProgress: (share: number) => void },
): Promise<MediaOut> {
  const { promise, resolve, reject } = Promise.withResolvers<MediaOut>();
  const request = new XMLHttpRequest();
  const network = () => reject(problem(0, 'network', translate('ui:error.cutOff')));
  request.open('POST', `/api/media?kind=${encodeURIComponent(options.kind)}`);
  request.setRequestHeader('accept', 'application/json');
  for (const [name, value] of Object.entries(callerHeaders())) request.setRequestHeader(name, value);
  request.upload.onprogress = ({ loaded, total }) => options.onProgress(total === 0 ? 0 : loaded / total);
  request.onerror = network;
  request.ontimeout = network;
  request.onabort = () => reject(new DOMException('taken back', 'AbortError'));
  request.onload = () => {
    const answer = jsonOf(request.responseText);
    if (request.status >= 200 && request.status < 300) {
      if (isMedia(answer)) resolve(answer);
      else reject(problem(request.status, 'unexpected-answer', translate('ui:error.unexpectedAnswer')));
      return;
    }
    if (request.status === 401) announceSignedOut();
    const told = problemIn(answer);
    reject(
      told !== null
        ? new ApiProblem(request.status, told)
        : problem(request.status, 'unexpected-answer', translate('ui:error.unexpectedAnswer')),
    );
  };
  options.signal.addEventListener('abort', () => request.abort());
  const form = new FormData();
  form.append('file', file, file.name);
  request.send(form);
  return promise;
}

const isMedia = answerOf<MediaOut>();

function problem(status: number, code: string, detail: string): ApiProblem {
  return new ApiProblem(status, { code, detail });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
