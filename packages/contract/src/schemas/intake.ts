// Bodies and answers of the intake, for the OpenAPI document. The intake itself reads bodies by hand, for speed:
// test/openapi asks the running one with what these schemas make, and judges its answers by them.
import { z } from 'zod';

/** Of the rejected logs of a request so many are listed. */
const REJECTED_LISTED_MAX = 100;

const text = (description: string, example: string) =>
  z
    .string()
    .optional()
    .meta({ description, examples: [example] });

const otherFields = {
  level: z
    .union([z.string(), z.number()])
    .optional()
    .meta({
      description:
        'Text in any case; or a number: 10 to 60 as pino has them, 0 to 7 as syslog, others of 1 to 24 as OpenTelemetry. Default info. Also: severity, severityText, lvl; severityNumber.',
      examples: ['error'],
    }),
  service: text('Also: service.name, serviceName.', 'checkout'),
  environment: text('Default: that of the key.', 'production'),
  host: text('Also: hostname.', 'web-1'),
  timestamp: z
    .union([z.string(), z.number().min(0)])
    .optional()
    .meta({
      description:
        'ISO 8601 with any offset, to the nanosecond; or a number of s, ms, µs or ns since 1970, told apart by its size. 1970 to 2261. Default: the time received. Also: time, ts, @timestamp.',
      examples: ['2026-01-31T12:00:00.123456789Z'],
    }),
  trace_id: text('Also: traceId.', '4bf92f3577b34da6a3ce929d0e0e4736'),
  span_id: text('Also: spanId.', '00f067aa0ba902b7'),
  attributes: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({
      description: 'Nested objects are flattened with dots; anything but text is stored as its JSON text.',
      examples: [{ order: { id: 'A-17', total: 99.5 } }],
    }),
};

const UNKNOWN_FIELDS = 'Every other field becomes an attribute: nothing that is sent is dropped in silence.';

export const newLogSchema = z
  .looseObject({
    message: z.union([z.string(), z.number(), z.boolean(), z.looseObject({}), z.array(z.unknown())]).meta({
      description: 'May be empty; what is no text is stored as JSON text. Also: msg, body, log.',
      examples: ['payment failed'],
    }),
    ...otherFields,
  })
  .meta({
    id: 'NewLog',
    description: `${UNKNOWN_FIELDS} At most 256 KiB of text, 256 attributes, 128 bytes a name and 16 levels of nesting; past one of them the log is rejected alone.`,
    examples: [
      { message: 'payment failed', level: 'error', service: 'checkout', attributes: { order: { id: 'A-17' } } },
    ],
  });

export const newEventSchema = z
  .looseObject({
    name: z
      .string()
      .min(1)
      .meta({ description: 'What happened.', examples: ['user.signed_up'] }),
    ...otherFields,
  })
  .meta({
    id: 'NewEvent',
    description: `Stored as a log with eventName, and the name as its message. ${UNKNOWN_FIELDS}`,
    examples: [{ name: 'user.signed_up', attributes: { plan: 'free' } }],
  });

export const newLogsSchema = z
  .union([newLogSchema, z.array(newLogSchema)])
  .meta({ id: 'NewLogs', description: 'One log, or at most 10 000 of them.' });

export const newEventsSchema = z
  .union([newEventSchema, z.array(newEventSchema)])
  .meta({ id: 'NewEvents', description: 'One event, or at most 10 000 of them.' });

const count = (description: string) => z.int().min(0).meta({ description });

export const acceptedLogsSchema = z
  .strictObject({
    data: z.strictObject({
      accepted: count('Durable: they will be found, whatever crashes from here on.'),
      rejected: z
        .array(
          z.strictObject({
            index: count('Its place in the request, or its line.'),
            code: z.enum(['VALIDATION_ERROR', 'INVALID_JSON', 'PAYLOAD_TOO_LARGE']),
            message: z.string(),
          }),
        )
        .max(REJECTED_LISTED_MAX)
        .meta({ description: `The first ${REJECTED_LISTED_MAX}.` }),
      rejectedCount: count('All of them.'),
      receipt: z
        .string()
        .meta({ description: 'Opaque; GET /receipts/{receipt} tells for 7 days what became of them.' }),
    }),
    error: z.null(),
  })
  .meta({
    id: 'AcceptedLogs',
    examples: [
      {
        data: { accepted: 3, rejected: [], rejectedCount: 0, receipt: 'AQABof3WQil145nMlEZb1jllAaH91kk5dYS8JkFF' },
        error: null,
      },
    ],
  });
