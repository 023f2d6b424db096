// The live tail: its query, and what its events hold.
import { z } from 'zod';
import { FILTERS_MAX, type LogFilter, logFilterSchema } from './log-filters.ts';
import { logSearchSchema, logsQuerySchema } from './logs.ts';

const filtersSchema = z.array(logFilterSchema).max(FILTERS_MAX);

/** `filters` of a query string: JSON of the list that bodies have. */
const filtersTextSchema = z
  .string()
  .transform((text, context): LogFilter[] => {
    const json = jsonOf(text);
    if (json === undefined) {
      context.addIssue({
        code: 'custom',
        message: 'is not JSON: send the list of filters as JSON text, percent-encoded',
      });
      return z.NEVER;
    }
    const parsed = filtersSchema.safeParse(json);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: 'custom', path: [...path], message });
    return z.NEVER;
  })
  .meta({
    description: 'The filters of POST /logs/query as JSON text',
    examples: ['[{"field":"level","op":"in","value":["error","fatal"]}]'],
  });

/** undefined: it is none; no JSON text means that. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const { projectId } = logsQuerySchema.shape;

/** `GET /logs/tail` */
export const logsTailQuerySchema = z
  .strictObject({
    projectId,
    search: z.string().optional().describe('As search.query of POST /logs/query'),
    searchMode: z
      .enum(['all', 'any', 'phrase', 'substring'])
      .default('all')
      .describe('As search.mode of POST /logs/query'),
    filters: filtersTextSchema.optional(),
  })
  .superRefine(({ search, searchMode }, context) => {
    if (search === undefined) return;
    const parsed = logSearchSchema.safeParse({ query: search, mode: searchMode });
    for (const { message } of parsed.error?.issues ?? [])
      context.addIssue({ code: 'custom', path: ['search'], message });
  });

/** Headers of `GET /logs/tail` beside those of every call. */
export const logsTailHeadersSchema = z.looseObject({
  'last-event-id': z
    .string()
    .optional()
    .meta({
      description: 'The id of the last event that was seen: the tail goes on behind it',
      examples: ['1.gICAgIAB.0.1'],
    }),
});

/** `data` of `event: lagged`. */
export const tailLaggedSchema = z.object({
  count: z.int().nullable().describe('Logs of this tail that were left out; null: not known'),
  exact: z
    .boolean()
    .describe(
      'true where they were counted; false where the store was asked about their time, or, without a time, where they were not looked at: it is so many at most',
    ),
  from: z.string().optional().describe('Where the bus keeps them no more: about when the first of them was received …'),
  to: z.string().optional().describe('… and the last, for POST /logs/query'),
});

export type TailLagged = z.infer<typeof tailLaggedSchema>;

/** The stream as OpenAPI can tell of it. */
export const tailStreamSchema = z.string().meta({
  description:
    'Events `log` (data: a row of POST /logs/query), `lagged` (data: {count, exact, from?, to?}) and, at an end by us, `error` (data: the error of the envelope). Events without data only move the id on.',
  examples: [
    ': open\nretry: 1000\nid: 1.gICAgIAB\n\nevent: log\nid: 1.gICAgIAB.0.1\ndata: {"id":"…","message":"paid","level":"info"}\n\nevent: lagged\nid: 1.gICAgIAC\ndata: {"count":17,"exact":true}\n\n',
  ],
});
