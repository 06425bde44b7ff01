import { z } from 'zod';

/** What the pop-up asks for in the name of the frame that opened it. */
export const EmbedTokenRequest = z.object({
  origin: z.string().min(1).max(300).describe('Of the page that holds the frame.'),
});

export const EmbedTokenOut = z.object({
  token: z.string(),
  /** Milliseconds from now, so that a browser with another clock keeps it just as long. */
  life: z.number(),
  origin: z.string(),
});
export type EmbedTokenOut = z.infer<typeof EmbedTokenOut>;
