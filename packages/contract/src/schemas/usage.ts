// The query and answer of /usage.
import { z } from 'zod';
import { logTimeSchema } from './logs.ts';
import { idSchema, listQuerySchema } from './values.ts';

/** With every key's every day that is 400 rows a key. */
export const USAGE_DAYS_MAX = 400;
/** With today the last 30 days. */
export const USAGE_FROM_DEFAULT = '-29d';

export const usageQuerySchema = listQuerySchema.extend({
  from: logTimeSchema.default(USAGE_FROM_DEFAULT).meta({
    description:
      'From the UTC day that this lies in: a date, an instant, or relative. Relative ones are taken anew on each page.',
    examples: ['2026-06-01'],
  }),
  to: logTimeSchema.optional().meta({
    description: `To the UTC day that this lies in, that day included; default: today. At most ${USAGE_DAYS_MAX} days.`,
    examples: ['2026-06-30'],
  }),
  projectId: idSchema.optional().meta({ description: 'Default: all of the organization’s projects.' }),
});

const countSchema = z.number().int().nonnegative();
const byCode = (of: string, code: string) =>
  z
    .record(z.string(), countSchema)
    .meta({ description: `${of}, by error code; codes that did not occur are left out.`, examples: [{ [code]: 3 }] });

export const usageSchema = z
  .strictObject({
    day: z.iso.date().meta({ description: 'By the time received, UTC.' }),
    projectId: idSchema,
    keyId: idSchema.meta({ description: 'The public key.' }),
    accepted: z.strictObject({ logs: countSchema, bytes: countSchema }).meta({
      description:
        'Exact: what is stored, or was while its retention lasted. Logs that were just acknowledged are counted once they are stored, usually within 2 s. Bytes: of each log’s fields as they are stored.',
    }),
    rejected: byCode('Logs of requests that were read', 'VALIDATION_ERROR'),
    refused: byCode(
      'Requests refused whole, the logs of which nobody counted: 429s for a daily quota among them, as RATE_LIMIT_EXCEEDED; 429s for a rate limit are in `limited`',
      'PAYLOAD_TOO_LARGE',
    ),
    limited: countSchema.meta({
      description: 'Requests that were answered 429 for the key’s rate limit; 429s for a daily quota are in `refused`.',
    }),
    requests: countSchema.meta({
      description:
        'All that carried the key, the limited and refused ones among them. Counts of requests are told every 5 s; a crash of an intake loses at most those.',
    }),
  })
  .meta({ id: 'Usage' });
export type UsageAnswer = z.infer<typeof usageSchema>;
