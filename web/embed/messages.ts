import type { EmbedTokenOut } from '../../src/http/schemas/embed.ts';
import { isObject } from '../ui/is-object.ts';

/**
 * What the frame and the window that signs in say to each other. Both are pages of ours: each sends to our own origin
 * only, and hears only the other window, from our own origin.
 */

/** The frame asks for a token; the nonce knows its answer again. */
export type Request = {
  type: 'assent:request';
  nonce: string;
  /** Of the page that holds the frame. */
  origin: string;
};
export type Token = EmbedTokenOut;
/** The window stands and can hear, or it hands over what was asked for. */
export type FromWindow = { type: 'assent:ready' } | (Token & { type: 'assent:token'; nonce: string });

export function isRequest(said: unknown): said is Request {
  return isObject(said) && said.type === 'assent:request' && areTexts(said.nonce, said.origin);
}

export function isFromWindow(said: unknown): said is FromWindow {
  if (!isObject(said)) return false;
  if (said.type === 'assent:ready') return true;
  return (
    said.type === 'assent:token' &&
    areTexts(said.nonce, said.token, said.origin) &&
    typeof said.life === 'number'
  );
}

const areTexts = (...values: unknown[]) => values.every((value) => typeof value === 'string');
