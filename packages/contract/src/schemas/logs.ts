// Requests and answers of the log queries: POST /logs/query, POST /logs/volume, GET /logs/{id}.
import { z } from 'zod';
import {
  FILTER_VALUES_CHARACTERS_MAX,
  FILTERS_MAX,
  filterValues,
  type LogFilter,
  logFieldSchema,
  logFilterSchema,
} from './log-filters.ts';
import { LOG_TIME_PATTERN, logTimeNanos } from './log-times.ts';
import { idSchema } from './values.ts';

export * from './log-filters.ts';
export { epochNanos, logTimeNanos } from './log-times.ts';

export const SEARCH_QUERY_CHARACTERS_MAX = 500;
export const QUERY_LIMIT_MAX = 1_000;
export const QUERY_LIMIT_DEFAULT = 50;
export const QUERY_FROM_DEFAULT = '-24h';
export const VOLUME_BUCKETS_MAX = 1_500;
export const VOLUME_GROUPS_MAX = 100;
export const VOLUME_GROUPS_DEFAULT = 10;
const CURSOR_CHARACTERS_MAX = 200;
const DAY_SECONDS = 86_400;

export const logTimeSchema = z
  .string()
  .regex(LOG_TIME_PATTERN, {
    error: 'must be ISO 8601 or relative, as -15m or -24h (s, m, h, d, w)',
    abort: true,
  })
  .refine((text) => logTimeNanos(text, 0) !== null, { error: 'is no time between 1970 and 2261' });

/** Letters (with their marks), digits and `_` make a word; the same class is matched in messages. */
const WORD = /[\p{L}\p{M}\p{N}_]+/gu;

/** The words of a search text, in order. */
export function searchWords(text: string): readonly string[] {
  return text.match(WORD) ?? [];
}

export const logSearchSchema = z
  .strictObject({
    query: z.string().min(1),
    mode: z.enum(['all', 'any', 'phrase', 'substring']).default('all'),
  })
  .superRefine(({ query, mode }, context) => {
    // Characters are code points: an emoji counts once.
    if ([...query].length > SEARCH_QUERY_CHARACTERS_MAX)
      context.addIssue({
        code: 'custom',
        path: ['query'],
        message: `must have at most ${SEARCH_QUERY_CHARACTERS_MAX} characters`,
      });
    if (mode !== 'substring' && searchWords(query).length === 0)
      context.addIssue({
        code: 'custom',
        path: ['query'],
        message: `has no word (letters, digits, _) to search by mode "${mode}": use mode "substring"`,
      });
  })
  .describe(
    'Looks in the message. all, any, phrase: by whole words (letters, digits, _), without case; substring: exact, with case.',
  );

export type LogSearch = z.infer<typeof logSearchSchema>;

const selectionFields = {
  projectId: idSchema.optional().describe('Default: all projects of the organization'),
  from: logTimeSchema.default(QUERY_FROM_DEFAULT).describe('Logs of this time or later'),
  search: logSearchSchema.optional(),
  filters: z
    .array(logFilterSchema)
    .max(FILTERS_MAX)
    .refine((filters) => charactersOf(filters) <= FILTER_VALUES_CHARACTERS_MAX, {
      error: `values must have at most ${FILTER_VALUES_CHARACTERS_MAX} characters together`,
    })
    .default([]),
};

/** `POST /logs/query` */
export const logsQuerySchema = z.strictObject({
  ...selectionFields,
  to: logTimeSchema.optional().describe('Logs before this time; default: no end, for clocks that run ahead'),
  sort: z.enum(['desc', 'asc']).default('desc').describe('By timestamp, then by id'),
  limit: z.int().min(1).max(QUERY_LIMIT_MAX).default(QUERY_LIMIT_DEFAULT),
  cursor: z
    .string()
    .max(CURSOR_CHARACTERS_MAX)
    .nullish()
    .describe('nextCursor of the page before, with the same selection and sort; limit may differ'),
});

/** A query that is kept, to be asked later: from its first page. */
export const savedLogsQuerySchema = logsQuerySchema.omit({ cursor: true });

const INTERVAL = /^([1-9]\d{0,4})([smhd])$/;
const INTERVAL_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: DAY_SECONDS };

/** Seconds of an interval as `15m`; NaN where it is none between a second and a day. */
export function intervalSeconds(text: string): number {
  const match = INTERVAL.exec(text);
  const seconds = Number(match?.[1]) * (INTERVAL_SECONDS[match?.[2] ?? ''] ?? Number.NaN);
  return seconds <= DAY_SECONDS ? seconds : Number.NaN;
}

const INTERVAL_MESSAGE = 'must be "auto" or between "1s" and "1d", as "30s", "5m", "1h"';

/** `POST /logs/volume` */
export const logsVolumeSchema = z.strictObject({
  ...selectionFields,
  to: logTimeSchema
    .optional()
    .describe('Logs before this time; default: now, and up to a day ahead where logs are there'),
  interval: z
    .string()
    .regex(/^(?:auto|[1-9]\d{0,4}[smhd])$/, { error: INTERVAL_MESSAGE, abort: true })
    .refine((text) => text === 'auto' || !Number.isNaN(intervalSeconds(text)), {
      error: INTERVAL_MESSAGE,
    })
    .default('auto')
    .describe('Buckets begin at multiples of it since 1970-01-01 UTC'),
  groupBy: logFieldSchema.optional(),
  limit: z
    .int()
    .min(1)
    .max(VOLUME_GROUPS_MAX)
    .default(VOLUME_GROUPS_DEFAULT)
    .describe('Groups shown, the largest; the rest is one series with other: true'),
});

export type LogsQuery = z.infer<typeof logsQuerySchema>;
export type SavedLogsQuery = z.infer<typeof savedLogsQuerySchema>;
export type LogsVolume = z.infer<typeof logsVolumeSchema>;
export type LogSelection = Pick<LogsQuery, 'projectId' | 'from' | 'to' | 'search' | 'filters'>;

/**
 * A stored log. A field that the log came without is null; where the store keeps a column rather than an attribute, an
 * empty text counts as none. Serialise `attributes` as it is: a key may be `__proto__`, which z.record drops.
 */
export const logRowSchema = z.object({
  id: z.string().describe('Opaque'),
  projectId: z.string(),
  timestamp: z.string().describe('ISO 8601 UTC with nanoseconds'),
  receivedAt: z.string().describe('ISO 8601 UTC with milliseconds'),
  level: z.string(),
  severityNumber: z.int().describe('OpenTelemetry severity, 1–24'),
  service: z.string().nullable(),
  environment: z.string().nullable(),
  host: z.string().nullable(),
  message: z.string(),
  traceId: z.string().nullable(),
  spanId: z.string().nullable(),
  eventName: z.string().nullable(),
  keyId: z.string().nullable().describe('The public key it was written with'),
  attributes: z.record(z.string(), z.string()),
});

export const logsQueryAnswerSchema = z.object({
  data: z.array(logRowSchema),
  nextCursor: z
    .string()
    .nullable()
    .describe('null: no more. A page may be shorter than limit where its logs are large'),
  meta: z.object({ elapsedMs: z.number() }),
  error: z.null(),
});

export const logAnswerSchema = z.object({ data: logRowSchema, error: z.null() });

export const volumeSeriesSchema = z.object({
  group: z.string().nullable().describe('null: logs without the field; all logs where groupBy is not given'),
  other: z.literal(true).optional().describe('All groups that are not among the largest'),
  total: z.int(),
  points: z.array(z.object({ bucket: z.string().describe('Its begin, ISO 8601 UTC'), count: z.int() })),
});

export const logsVolumeAnswerSchema = z.object({
  data: z.object({ series: z.array(volumeSeriesSchema), total: z.int(), interval: z.string() }),
  error: z.null(),
});

export type LogRow = z.infer<typeof logRowSchema>;
export type VolumeSeries = z.infer<typeof volumeSeriesSchema>;
export type LogsVolumeData = z.infer<typeof logsVolumeAnswerSchema>['data'];

function charactersOf(filters: readonly LogFilter[]): number {
  return filters.flatMap(filterValues).reduce<number>((sum, value) => sum + String(value).length, 0);
}
