// Bodies and answers of /projects.
import { z } from 'zod';
import { idSchema, nameSchema, timeSchema } from './values.ts';

export const RETENTION_DAYS_MAX = 3650;

const quota = (what: string) =>
  z
    .number()
    .int()
    .min(1)
    .max(Number.MAX_SAFE_INTEGER)
    .nullable()
    .meta({
      description: `${what} a day (UTC), both modes together; null = no quota. Past it the intake answers 429 until 00:00 UTC; over several intakes it may be passed by what they take in about 2 s.`,
    });

const retentionDays = z.number().int().min(1).max(RETENTION_DAYS_MAX);

export const newProjectSchema = z
  .strictObject({
    name: nameSchema,
    retentionDays: retentionDays.optional().meta({
      description: 'Days that logs are kept, from the time received. Default: the organization’s (GET /settings).',
    }),
    quotas: z
      .strictObject({
        bytesPerDay: quota('Bytes').default(null),
        logsPerDay: quota('Logs').default(null),
      })
      .default({ bytesPerDay: null, logsPerDay: null }),
  })
  .meta({ id: 'NewProject', examples: [{ name: 'Web shop', retentionDays: 90 }] });

export const projectChangeSchema = z
  .strictObject({
    name: nameSchema.optional(),
    retentionDays: retentionDays.optional().meta({
      description:
        'Days that logs are kept, from the time received. A longer time is for logs from now on; of a shorter one what is older is hidden at once, for good, and removed within a day.',
    }),
    quotas: z.strictObject({ bytesPerDay: quota('Bytes').optional(), logsPerDay: quota('Logs').optional() }).optional(),
  })
  .meta({
    id: 'ProjectChange',
    description: 'What is left out stays as it is.',
    examples: [{ retentionDays: 90, quotas: { bytesPerDay: 1_000_000_000 } }],
  });

export const projectSchema = z
  .strictObject({
    id: idSchema,
    name: z.string(),
    retentionDays: z.number().int(),
    quotas: z.strictObject({ bytesPerDay: quota('Bytes'), logsPerDay: quota('Logs') }),
    createdAt: timeSchema,
  })
  .meta({ id: 'Project' });
export type ProjectAnswer = z.infer<typeof projectSchema>;
