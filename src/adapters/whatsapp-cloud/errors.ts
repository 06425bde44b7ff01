import type { ProviderError } from '../../core/update.ts';
import type { ErrorAdvice } from '../../ports.ts';

/** Who has to wait after a code that says "not taken", and how long when WhatsApp names no time. */
export interface Throttle {
  scope: 'pair' | 'number' | 'connection';
  seconds: number;
}

interface Row {
  codes: readonly (number | { from: number; to: number })[];
  advice: ErrorAdvice;
  /** For an agent: what happened, and what to do where something can be done. */
  sentence: string;
  throttle?: Throttle;
  /** WhatsApp's own words for "we do not know": the message may have been taken. */
  unknowing?: true;
}

/**
 * Every error code of WhatsApp's that a send, a status or a template call can bring, each in one row. The code decides,
 * and neither the HTTP status nor the title: Meta promises nothing about those.
 *
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
 */
export const ERRORS: readonly Row[] = [
  row(
    [0, 190],
    'stop-channel',
    'WhatsApp no longer accepts our access token. An administrator must renew it.',
  ),
  row(
    [3, 10, { from: 200, to: 299 }, 131005],
    'stop-channel',
    'Our access to WhatsApp lacks a permission. An administrator must grant it.',
  ),
  {
    ...row([1, 131000], 'retry', 'WhatsApp had an unknown fault.'),
    unknowing: true,
  },
  row([2, 131016, 133004], 'retry', 'WhatsApp is out of service for a moment. Try again later.'),
  throttled(
    [4, 80007],
    'connection',
    60,
    'Our account made too many calls to WhatsApp. It goes on by itself.',
  ),
  throttled([130429], 'number', 5, 'Our number sends too fast for WhatsApp. It goes on by itself.'),
  // One message per 6 seconds to one person is what the pair limit allows.
  throttled([131056], 'pair', 6, 'Too many messages to this person in a short time. It goes on by itself.'),
  throttled([131057], 'number', 60, 'WhatsApp is upgrading our number. It goes on by itself.'),
  row([131048], 'stop-channel', 'WhatsApp limits our number because people reported or blocked it.'),
  row([131064], 'stop-channel', 'WhatsApp limits our account because templates were in the wrong category.'),
  row(
    [131042],
    'stop-channel',
    'WhatsApp could not charge our account. An administrator must check the payment.',
  ),
  row([131031, 368], 'stop-channel', 'WhatsApp has locked or restricted our account.'),
  row([130497], 'stop-channel', 'WhatsApp does not let our account write to people in this country.'),
  row([131037], 'stop-channel', 'WhatsApp has not approved the display name of our number.'),
  row(
    [33, 131045, 133005, 133006, 133008, 133009, 133010, 133015, 133016],
    'stop-channel',
    'Our number is not registered with WhatsApp. An administrator must register it.',
  ),
  row(
    [100, 131008, 131009, 135000],
    'never',
    'WhatsApp found a mistake in what we sent. This is a fault of Assent.',
  ),
  row([131021], 'never', 'A number cannot write to itself.'),
  row([131026], 'never', 'WhatsApp cannot deliver to this number. It may not be on WhatsApp.'),
  row([131030], 'never', 'Our number is in test mode and may not write to this person.'),
  row([130403], 'never', 'This person is blocked by us on WhatsApp.'),
  row([131047], 'use-template', 'More than 24 hours since the customer last wrote. Send a template instead.'),
  row([131049], 'wait-24h', 'WhatsApp held this back: the person gets many marketing messages. Wait a day.'),
  row([131050], 'never', 'The customer told WhatsApp to stop marketing messages from us.'),
  row([130472], 'never', 'WhatsApp did not deliver: the person is part of an experiment of Meta.'),
  row([131052], 'retry', "WhatsApp could not fetch the customer's file."),
  row([131053], 'retry', 'WhatsApp could not fetch the file we sent.'),
  row([131051, 131060], 'never', 'WhatsApp cannot pass on this kind of message.'),
  row([131062], 'never', 'This message can only go to a phone number.'),
  row([131063], 'never', 'Our account may not send marketing templates this way.'),
  row([132000], 'never', 'The template got more or fewer values than it has variables.'),
  row([132001], 'never', 'The template is not approved in this language, or does not exist.'),
  row([132005], 'never', 'With its values the text of the template is too long.'),
  row([132007], 'never', 'The text of the template breaks a policy of WhatsApp.'),
  row([132012, 132018], 'never', 'A value does not have the form the template asks for.'),
  row([132015], 'stop-template', 'WhatsApp paused the template because people reacted badly to it.'),
  row([132016], 'stop-template', 'WhatsApp disabled the template for good. A new one is needed.'),
  row([132068, 132069], 'never', 'WhatsApp has blocked the flow of this template.'),
  row([2388024], 'never', 'A template of this name and language exists already.'),
  row([2388039], 'never', 'This template cannot be edited now.'),
  row([2388040], 'never', 'A part of the template is too long.'),
  row([2388293], 'never', 'The template has too many variables for its length.'),
  row([2388299], 'never', 'A template may not begin or end with a variable.'),
  row([2388019], 'never', 'Our account holds as many templates as it may.'),
];

const BY_CODE = new Map<number, Row>(
  ERRORS.flatMap((each) =>
    each.codes.flatMap((code) =>
      typeof code === 'number'
        ? [[code, each] as const]
        : Array.from({ length: code.to - code.from + 1 }, (_, index) => [code.from + index, each] as const),
    ),
  ),
);

/** Code 100 with subcode 33: an object that the call names does not exist. */
const NO_SUCH_OBJECT = 33;

/**
 * What to do about an error of a send, or of a failed status. A code that is not in the table is tried again when the
 * server (HTTP 5xx) or WhatsApp itself (`is_transient`) says that it may pass, and else never.
 */
export function adviceFor(error: ProviderError, httpStatus?: number, transient = false): ErrorAdvice {
  // The object our sends name is the number they go out from; the other one they may name see `client.send`.
  if (isNoSuchObject(error)) return 'stop-channel';
  const known = BY_CODE.get(error.code);
  if (known !== undefined) return known.advice;
  return transient || (httpStatus !== undefined && httpStatus >= 500) ? 'retry' : 'never';
}

/** Whether an object that the call named does not exist, or is not ours to see. */
export function isNoSuchObject(error: ProviderError): boolean {
  return error.code === 100 && error.subcode === NO_SUCH_OBJECT;
}

/** One sentence for an agent. */
export function explain(code: number): string {
  return BY_CODE.get(code)?.sentence ?? `WhatsApp refused the message (error ${code}).`;
}

/** Whether the code is in the table. */
export function isListed(code: number): boolean {
  return BY_CODE.has(code);
}

/** For the codes that say that nothing was taken and when it may be: all others end the send. */
export function throttleFor(code: number): Throttle | undefined {
  return BY_CODE.get(code)?.throttle;
}

/**
 * Whether an answer with this code leaves open if the message was taken. WhatsApp's "unknown error" does always, a
 * service that is down and a code nobody knows do when the server failed (HTTP 5xx).
 */
export function leavesOpen(code: number, httpStatus: number): boolean {
  const known = BY_CODE.get(code);
  if (known?.unknowing === true) return true;
  return httpStatus >= 500 && (known === undefined || known.advice === 'retry');
}

function row(codes: Row['codes'], advice: ErrorAdvice, sentence: string): Row {
  return { codes, advice, sentence };
}

function throttled(codes: Row['codes'], scope: Throttle['scope'], seconds: number, sentence: string): Row {
  return { codes, advice: 'retry', sentence, throttle: { scope, seconds } };
}
