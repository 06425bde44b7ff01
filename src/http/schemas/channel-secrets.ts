import { z } from 'zod';
import { Id, Time } from './common.ts';

/** Secrets of the WhatsApp number, none of them shown: where each is from, its last characters, when it was last used. */
const Secret = z.object({
  /** Null for what the environment says. */
  id: Id.nullable(),
  hint: z.string(),
  createdBy: z.string().nullable(),
  createdAt: Time.nullable(),
});
export const ChannelSecretsOut = z.object({
  accessToken: Secret,
  /** `lastUsedAt`: when the last webhook came that was signed with it; written down once a minute. */
  appSecrets: z.array(Secret.extend({ lastUsedAt: Time.nullable() })),
  /** Whether secrets can be kept here: they are sealed, or this is a sandbox. */
  canKeep: z.boolean(),
});
export type ChannelSecretsOut = z.infer<typeof ChannelSecretsOut>;

/** As Meta shows it. */
const secret = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{16,1000}$/, 'must be copied as Meta shows it, without spaces or line breaks');
export const AccessTokenInput = z.object({ accessToken: secret }).strict();
export const AppSecretInput = z.object({ appSecret: secret }).strict();
