// Filters of a log query: which fields, which ops, which values fit.
import { z } from 'zod';
import { epochNanos, logTimeNanos } from './log-times.ts';

/** The fields of a log row that have one value; attributes are named `attributes.<key>`. */
export const LOG_COLUMN_FIELDS = [
  'id',
  'projectId',
  'timestamp',
  'receivedAt',
  'level',
  'severityNumber',
  'service',
  'environment',
  'host',
  'message',
  'traceId',
  'spanId',
  'eventName',
  'keyId',
] as const;

export type LogColumnField = (typeof LOG_COLUMN_FIELDS)[number];
export type LogField = LogColumnField | `attributes.${string}`;

/** Canonical levels in the order of their severity: `gt` and its kin compare `level` in it. */
export const LOG_LEVEL_NAMES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

export const FILTERS_MAX = 20;
export const FILTER_IN_VALUES_MAX = 100;
export const FILTER_VALUE_CHARACTERS_MAX = 4_096;
/** Of all values of a query together: they travel as parameters of one HTTP request to the store. */
export const FILTER_VALUES_CHARACTERS_MAX = 65_536;
/** An attribute key has at most 128 bytes, and `#2` where two writers met. */
const ATTRIBUTE_KEY_CHARACTERS_MAX = 160;

const FIELD_PATTERN = new RegExp(
  `^(?:${LOG_COLUMN_FIELDS.join('|')}|attributes\\.[\\s\\S]{0,${ATTRIBUTE_KEY_CHARACTERS_MAX}})$`,
);
const FIELD_MESSAGE = `must be one of ${LOG_COLUMN_FIELDS.join(', ')} or attributes.<key>`;

/** Whether a text names a field. */
export function isLogField(text: string): text is LogField {
  return FIELD_PATTERN.test(text);
}

export const logFieldSchema = z
  .custom<LogField>((value) => typeof value === 'string' && isLogField(value), { error: FIELD_MESSAGE })
  .meta({ type: 'string', pattern: FIELD_PATTERN.source, description: 'A field of a row, or attributes.<key>' });

const text = z.string({ error: 'must be a text' }).max(FILTER_VALUE_CHARACTERS_MAX);
const scalar = z.union([text, z.number(), z.boolean()], {
  error: 'must be a text, a number, true or false; for rows without the field use not_exists',
});

/** One condition; all of a query must hold. */
export const logFilterSchema = z
  .discriminatedUnion('op', [
    z.strictObject({ field: logFieldSchema, op: z.enum(['eq', 'neq']), value: scalar }),
    z.strictObject({
      field: logFieldSchema,
      op: z.enum(['in', 'not_in']),
      value: z
        .array(scalar, { error: 'must be a list of texts, numbers, true or false' })
        .min(1)
        .max(FILTER_IN_VALUES_MAX),
    }),
    z.strictObject({ field: logFieldSchema, op: z.enum(['contains', 'starts_with']), value: text }),
    z.strictObject({
      field: logFieldSchema,
      op: z.enum(['gt', 'gte', 'lt', 'lte']),
      value: z.union([text, z.number()], { error: 'must be a text or a number' }),
    }),
    z.strictObject({
      field: logFieldSchema,
      op: z.literal('between'),
      value: z.union([z.tuple([z.number(), z.number()]), z.tuple([text, text])], {
        error: 'must be two numbers or two texts, as [1, 5]',
      }),
    }),
    z.strictObject({ field: logFieldSchema, op: z.enum(['exists', 'not_exists']) }),
  ])
  .superRefine((filter, context) => {
    const problem = filterProblem(filter);
    if (problem !== null) context.addIssue({ code: 'custom', path: ['value'], message: problem });
  })
  .describe(
    'neq and not_in also match rows without the field; an empty attribute exists. gt, gte, lt, lte and between (both ends ' +
      'included) compare numerically when the value is a number, levels by severity, times as times, else text byte by byte. ' +
      'eq with a number or boolean compares its JSON text. contains and starts_with are exact, with case.',
  );

export type LogFilter = z.infer<typeof logFilterSchema>;
export type LogFilterScalar = string | number | boolean;

/** The values of a filter, one or many, as a list. */
export function filterValues(filter: LogFilter): readonly LogFilterScalar[] {
  if (!('value' in filter)) return [];
  return Array.isArray(filter.value) ? filter.value : [filter.value];
}

const ORDER_OPS: ReadonlySet<string> = new Set(['gt', 'gte', 'lt', 'lte', 'between']);
const TEXT_OPS: ReadonlySet<string> = new Set(['contains', 'starts_with']);

/** What is wrong with a filter's values for its field; null when they fit. */
function filterProblem(filter: LogFilter): string | null {
  const values = filterValues(filter);
  if (TEXT_OPS.has(filter.op)) return null;
  if ((filter.field === 'timestamp' || filter.field === 'receivedAt') && !values.every(isLogTime))
    return 'must be a time: ISO 8601, relative as -15m, or a number of s, ms, µs or ns since 1970';
  if (!ORDER_OPS.has(filter.op)) return null;
  if (filter.field === 'severityNumber' && !values.every((value) => typeof value === 'number'))
    return 'must be a number';
  if (filter.field === 'level' && !values.every((value) => LOG_LEVEL_NAMES.some((level) => level === value)))
    return `must be one of ${LOG_LEVEL_NAMES.join(', ')}`;
  return null;
}

function isLogTime(value: LogFilterScalar): boolean {
  if (typeof value === 'number') return epochNanos(value) !== null;
  return typeof value === 'string' && logTimeNanos(value, 0) !== null;
}
