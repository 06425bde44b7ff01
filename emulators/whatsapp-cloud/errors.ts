/**
 * Meta's error codes as far as the emulator gives them: title and HTTP status. Meta documents no status; these
 * are the ones seen. https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
 */
const known: Readonly<Record<number, readonly [title: string, status: number]>> = {
  0: ['AuthException', 401],
  1: ['API Unknown', 400],
  2: ['API Service', 503],
  3: ['API Method', 500],
  4: ['API Too Many Calls', 429],
  10: ['Permission Denied', 403],
  33: ['Parameter value is not valid', 400],
  100: ['Invalid parameter', 400],
  190: ['Access token has expired', 401],
  200: ['API Permission', 403],
  368: ['Temporarily blocked for policies violations', 403],
  80007: ['Rate limit issues', 400],
  130403: ['User is blocked by the business', 400],
  130429: ['Rate limit hit', 429],
  130472: ["User's number is part of an experiment", 400],
  130497: ['Business account is restricted from messaging users in this country.', 403],
  131000: ['Something went wrong', 500],
  131005: ['Access denied', 403],
  131008: ['Required parameter is missing', 400],
  131009: ['Parameter value is not valid', 400],
  131016: ['Service unavailable', 500],
  131021: ['Recipient cannot be sender', 400],
  131026: ['Message undeliverable', 400],
  131030: ['Recipient phone number not in allowed list', 400],
  131031: ['Account has been locked', 403],
  131037: ['Display name approval needed', 400],
  131042: ['Business eligibility payment issue', 400],
  131045: ['Incorrect certificate', 500],
  131047: ['Re-engagement message', 400],
  131048: ['Spam rate limit hit', 400],
  131049: ['Message not delivered to keep engagement healthy', 400],
  131050: ['User has stopped marketing messages from this business', 400],
  131051: ['Message type unknown', 400],
  131052: ['Media download error', 400],
  131053: ['Media upload error', 400],
  131056: ['(Business Account, Consumer Account) pair rate limit hit', 400],
  131057: ['Account in maintenance mode', 500],
  131062: ['Business-scoped user id recipients are not supported for this message', 400],
  131063: ['Marketing templates are not allowed on Cloud API', 400],
  131064: ['Limited for template misclassification', 400],
  132000: ['Number of parameters does not match the expected number of params', 400],
  132001: ['Template name does not exist in the translation', 404],
  132005: ['Translated text too long', 400],
  132007: ['Template content violates policy', 400],
  132012: ['Parameter format does not match format in the created template', 400],
  132015: ['Template is paused due to low quality', 400],
  132016: ['Template is disabled due to low quality', 400],
  132018: ['There was a problem validating your template parameters', 400],
  132068: ['Flow is in blocked state', 400],
  132069: ['Flow is in throttled state', 400],
  133004: ['Server temporarily unavailable', 503],
  133010: ['Phone number not registered', 400],
  135000: ['Generic user error', 400],
};

/** Refuses a Graph call the way Meta does. `details` is for people; decide on `code`. */
export class GraphError extends Error {
  readonly code: number;
  readonly status: number;
  readonly subcode: number | undefined;
  readonly details: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: number,
    details?: string,
    more: {
      message?: string;
      subcode?: number | undefined;
      status?: number | undefined;
      headers?: Record<string, string>;
    } = {},
  ) {
    const [title, status] = known[code] ?? ['Unknown error', 400];
    super(more.message ?? `(#${code}) ${title}`);
    this.code = code;
    this.status = more.status ?? status;
    this.subcode = more.subcode;
    this.details = details;
    this.headers = more.headers ?? {};
  }
}

/** The body of a refused Graph call. */
export function errorEnvelope(error: GraphError, traceId: string): object {
  return {
    error: {
      message: error.message,
      type: 'OAuthException',
      code: error.code,
      ...(error.subcode === undefined ? {} : { error_subcode: error.subcode }),
      ...(error.details === undefined
        ? {}
        : { error_data: { messaging_product: 'whatsapp', details: error.details } }),
      ...(error.status >= 500 ? { is_transient: true } : {}),
      fbtrace_id: traceId,
    },
  };
}

/** An item of `statuses[].errors[]` or `messages[].errors[]`. */
export function webhookError(code: number, details: string): object {
  const title = known[code]?.[0] ?? 'Unknown error';
  return {
    code,
    title,
    message: title,
    error_data: { details },
    href: '/documentation/business-messaging/whatsapp/support/error-codes',
  };
}

/** The object is not there, or this token may not see it: Meta says both with 400, never 404. */
export function noSuchObject(id: string, method = 'get'): GraphError {
  return new GraphError(100, undefined, {
    subcode: 33,
    message: `Unsupported ${method} request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation.`,
  });
}
