// What public and secret keys have in common, as they are asked for and as they are shown.
import { z } from 'zod';
import { MODES } from '../modes.ts';
import { idSchema, listQuerySchema, nameSchema, timeSchema } from './values.ts';

/** Origins of one key; each request with an Origin is compared with all of them. */
export const ALLOWED_ORIGINS_MAX = 100;
const ORIGIN_LENGTH_MAX = 300;
export const RATE_LIMIT_MAX = 1_000_000_000;
/** So long a rotated key may go on: whoever needs longer has two keys, not one. */
export const OVERLAP_SECONDS_MAX = 30 * 86_400;
export const OVERLAP_SECONDS_DEFAULT = 86_400;

export const modeSchema = z.enum(MODES);

const EXPIRES_AT = 'From then on the key answers API_KEY_EXPIRED; null = never. In the future.';
const ALLOWED_ORIGINS = {
  description: 'Exact origins and https://*.example.com, but not https://*.com; empty = any.',
  examples: [['https://app.example.com', 'https://*.example.com']],
};
const RATE_LIMIT = 'Requests a minute, and the burst; null = no limit but the operator’s cap.';

const expiresAtSchema = z.iso.datetime({ offset: true }).nullable();
/** The pattern is what a schema can say; the server asks for what browsers send, letter by letter. */
const originSchema = z.string().max(ORIGIN_LENGTH_MAX).meta({ pattern: '^https?://[^/?#@\\s]+$' });
const allowedOriginsSchema = z.array(originSchema).max(ALLOWED_ORIGINS_MAX);
/** Requests a minute; null = no limit but the operator’s cap. */
export const rateLimitSchema = z.number().int().min(1).max(RATE_LIMIT_MAX).nullable();

/** Fields of a new key of either type. */
export const newKeyFields = {
  name: nameSchema,
  mode: modeSchema.default('live').meta({ description: 'Logs written with a test key are read with a test key.' }),
  expiresAt: expiresAtSchema.default(null).meta({ description: EXPIRES_AT }),
  allowedOrigins: allowedOriginsSchema.default([]).meta(ALLOWED_ORIGINS),
  rateLimitPerMinute: rateLimitSchema
    .optional()
    .meta({ description: `${RATE_LIMIT} Default: what the organization’s settings say, 1000 at first.` }),
};

/** Fields of a key of either type that can be changed; those not sent stay as they are. */
export const keyChangeFields = {
  name: nameSchema.optional(),
  expiresAt: expiresAtSchema.optional().meta({ description: EXPIRES_AT }),
  allowedOrigins: allowedOriginsSchema.optional().meta(ALLOWED_ORIGINS),
  rateLimitPerMinute: rateLimitSchema.optional().meta({ description: RATE_LIMIT }),
};

/** Fields of a key that is shown; its plain text is none of them. */
export const keyFields = {
  id: idSchema,
  name: z.string(),
  mode: modeSchema,
  keyPrefix: z.string().meta({ examples: ['pk_live_sz_4fQz'] }),
  allowedOrigins: z.array(z.string()),
  rateLimitPerMinute: z.number().int().nullable(),
  expiresAt: timeSchema.nullable(),
  createdAt: timeSchema,
  createdBy: idSchema
    .nullable()
    .meta({ description: 'The secret key that made it; null: the first start, or the operator.' }),
  lastUsedAt: timeSchema.nullable().meta({ description: 'Refused requests count too. At most 10 s late.' }),
  lastUsedFrom: z.strictObject({ address: z.string(), userAgent: z.string() }).nullable(),
  revokedAt: timeSchema.nullable(),
  replacedBy: idSchema.nullable().meta({ description: 'The key that it was rotated into.' }),
};

export const plainTextField = {
  key: z.string().meta({ description: 'The key itself. It is shown this once and stored nowhere.' }),
};

/** The body of a rotation; none at all is an empty one. */
export const rotateKeySchema = z
  .strictObject({
    overlapSeconds: z
      .number()
      .int()
      .min(0)
      .max(OVERLAP_SECONDS_MAX)
      .default(OVERLAP_SECONDS_DEFAULT)
      .meta({ description: 'How long the old key goes on, in seconds; 0 = it is revoked at once.' }),
  })
  .meta({ id: 'RotateKey', examples: [{ overlapSeconds: 3600 }] })
  .nullable();

const YEAR_1000_MS = Date.UTC(1000, 0);
const YEAR_10000_MS = Date.UTC(10_000, 0);

/** What the store can compare with: years of four digits, in UTC. */
const filterTime = z.iso
  .datetime({ offset: true })
  .refine((text) => Date.parse(text) >= YEAR_1000_MS && Date.parse(text) < YEAR_10000_MS, 'is too far away')
  .optional();

/** The query of the lists of secret keys. */
export const listSecretKeysQuerySchema = listQuerySchema.extend({
  mode: modeSchema.optional().meta({ description: 'Default: all that the caller sees.' }),
  state: z
    .enum(['active', 'expired', 'revoked'])
    .optional()
    .meta({ description: 'Default: all, those that have ended too.' }),
  createdBefore: filterTime.meta({ description: 'Only keys made before this time.' }),
  unusedSince: filterTime.meta({ description: 'Only keys made, and if ever then last used, before this time.' }),
});

/** The query of the list of public keys. */
export const listPublicKeysQuerySchema = listSecretKeysQuerySchema.extend({
  projectId: idSchema.optional().meta({ description: 'Only keys of this project.' }),
});
