// The body and answer of /settings.
import { z } from 'zod';
import { rateLimitSchema } from './keys.ts';
import { RETENTION_DAYS_MAX } from './projects.ts';
import { nameSchema } from './values.ts';

const retentionDays = z
  .number()
  .int()
  .min(1)
  .max(RETENTION_DAYS_MAX)
  .meta({ description: 'Of new projects that say nothing else; those that are there stay as they are.' });

const rateLimit = (of: string) =>
  rateLimitSchema.meta({
    description: `Requests a minute, and the burst, of new ${of} keys that say nothing else; null = no limit but the operator’s cap.`,
  });

export const settingsSchema = z
  .strictObject({
    name: z.string().meta({ description: 'The organization’s.' }),
    defaultRetentionDays: retentionDays,
    defaultRateLimits: z.strictObject({ publicKeys: rateLimit('public'), secretKeys: rateLimit('secret') }),
  })
  .meta({ id: 'Settings' });
export type SettingsAnswer = z.infer<typeof settingsSchema>;

export const settingsChangesSchema = z
  .strictObject({
    name: nameSchema.optional(),
    defaultRetentionDays: retentionDays.optional(),
    defaultRateLimits: z
      .strictObject({ publicKeys: rateLimit('public').optional(), secretKeys: rateLimit('secret').optional() })
      .optional(),
  })
  .meta({
    id: 'SettingsChanges',
    description: 'What is not there stays as it is.',
    examples: [{ defaultRetentionDays: 90, defaultRateLimits: { publicKeys: 5000 } }],
  });
