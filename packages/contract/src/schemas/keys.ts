// What public and secret keys have in common, as they are asked for and as they are shown.
import { z } from 'zod';
import { MODES } from '../modes.ts';
import { idSchema, nameSchema, timeSchema } from './values.ts';

/** Origins of one key; each request with an Origin is compared with all of them. */
export const ALLOWED_ORIGINS_MAX = 100;
const ORIGIN_LENGTH_MAX = 300;
const RATE_LIMIT_MAX = 1_000_000_000;

export const modeSchema = z.enum(MODES);

/** Fields of a new key of either type. */
export const newKeyFields = {
  name: nameSchema,
  mode: modeSchema.default('live').meta({ description: 'Logs written with a test key are read with a test key.' }),
  expiresAt: z.iso
    .datetime({ offset: true })
    .nullable()
    .default(null)
    .meta({ description: 'From then on the key answers API_KEY_EXPIRED; null = never. In the future.' }),
  allowedOrigins: z
    .array(z.string().max(ORIGIN_LENGTH_MAX))
    .max(ALLOWED_ORIGINS_MAX)
    .default([])
    .meta({
      description: 'Exact origins and https://*.example.com; empty = any.',
      examples: [['https://app.example.com', 'https://*.example.com']],
    }),
  rateLimitPerMinute: z
    .number()
    .int()
    .min(1)
    .max(RATE_LIMIT_MAX)
    .nullable()
    .optional()
    .meta({ description: 'Requests a minute, and the burst; null = no limit but the operator’s cap. Default 1000.' }),
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
  lastUsedAt: timeSchema.nullable(),
  lastUsedFrom: z.strictObject({ address: z.string(), userAgent: z.string() }).nullable(),
  revokedAt: timeSchema.nullable(),
};

export const plainTextField = {
  key: z.string().meta({ description: 'The key itself. It is shown this once and stored nowhere.' }),
};
