import { z } from 'zod';
import { EmbedTokenOut } from '../../src/http/schemas/embed.ts';

/**
 * What the frame and the window that signs in say to each other. Both are pages of ours: each sends to our own origin
 * only, and hears only the other window, from our own origin.
 */

/** The window stands and can hear. */
const Ready = z.object({ type: z.literal('assent:ready') });
/** The frame asks for a token; the nonce knows its answer again. */
export const Request = z.object({
  type: z.literal('assent:request'),
  nonce: z.string(),
  /** Of the page that holds the frame. */
  origin: z.string(),
});
const Token = EmbedTokenOut.extend({ type: z.literal('assent:token'), nonce: z.string() });

export const FromWindow = z.discriminatedUnion('type', [Ready, Token]);
export type FromWindow = z.infer<typeof FromWindow>;
export type Request = z.infer<typeof Request>;
export type Token = z.infer<typeof EmbedTokenOut>;
