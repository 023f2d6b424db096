// The query and answer of GET /logs/fields.
import { z } from 'zod';
import { logTimeSchema, QUERY_FROM_DEFAULT } from './logs.ts';
import { idSchema } from './values.ts';

/** Of each kind so many are listed, the most frequent ones. */
export const LOG_FIELDS_MAX = 1_000;
/** Longer values are not listed: an answer of 4000 of 256 KiB is one that nobody reads. */
export const LOG_FIELD_VALUE_BYTES_MAX = 1_024;

/** `GET /logs/fields` */
export const logFieldsQuerySchema = z.strictObject({
  projectId: idSchema.optional().describe('Default: all projects of the organization'),
  from: logTimeSchema.default(QUERY_FROM_DEFAULT).describe('Logs of this time or later'),
  to: logTimeSchema.optional().describe('Logs before this time; default: no end, for clocks that run ahead'),
});
export type LogFieldsQuery = z.infer<typeof logFieldsQuerySchema>;

const count = z.int().describe('Logs that have it');
const values = (what: string) =>
  z
    .array(z.object({ value: z.string(), count }))
    .max(LOG_FIELDS_MAX)
    .describe(`${what}, most frequent first; values over ${LOG_FIELD_VALUE_BYTES_MAX} bytes are left out`);

export const logFieldsSchema = z
  .object({
    attributes: z
      .array(z.object({ key: z.string(), count }))
      .max(LOG_FIELDS_MAX)
      .describe('Keys of attributes, most frequent first; filter by them as attributes.<key>'),
    services: values('Services'),
    environments: values('Environments'),
    hosts: values('Hosts'),
    levels: values('Levels'),
  })
  .meta({
    id: 'LogFields',
    examples: [
      {
        attributes: [{ key: 'order.id', count: 1200 }],
        services: [{ value: 'checkout', count: 5100 }],
        environments: [{ value: 'production', count: 5000 }],
        hosts: [{ value: 'web-1', count: 2500 }],
        levels: [{ value: 'info', count: 4900 }],
      },
    ],
  });
export type LogFields = z.infer<typeof logFieldsSchema>;
