/** A request that cannot be done, with its stable code and one sentence a person can act on. Becomes problem+json. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly extra: RefusalExtra;
  constructor(status: number, code: string, detail: string, extra: RefusalExtra = {}) {
    super(detail);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.extra = extra;
  }
}

export interface RefusalExtra {
  alsoBlockedBy?: string[];
  problems?: { code: string; message: string; path?: string; severity?: 'error' | 'warning'; fix?: string }[];
  until?: number;
  /** Becomes the header `Retry-After`. */
  retryAfterSeconds?: number;
}

export const notFound = (what: string): Refusal => new Refusal(404, 'not-found', `There is no such ${what}.`);
