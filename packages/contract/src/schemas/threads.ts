// Bodies and answers of /threads and their messages.
import { z } from 'zod';
import { savedLogsQuerySchema } from './logs.ts';
import { idSchema, listQuerySchema, timeSchema } from './values.ts';

export const THREAD_TITLE_CHARACTERS_MAX = 200;
export const MESSAGE_CHARACTERS_MAX = 10_000;
/** Logs that one message links to. */
export const MESSAGE_LOG_IDS_MAX = 100;

/**
 * One line with something to read in it. Characters are code points: an emoji counts once. The pattern that is shown says the
 * same without classes, which not every reader of JSON Schema knows.
 */
const TITLE = new RegExp(`^(?=.*\\S)[^\\p{Cc}\\p{Cs}]{1,${THREAD_TITLE_CHARACTERS_MAX}}$`, 'u');
const titleSchema = z
  .string()
  .refine((text) => TITLE.test(text), { error: `must be one line of 1–${THREAD_TITLE_CHARACTERS_MAX} characters` })
  .meta({
    minLength: 1,
    maxLength: THREAD_TITLE_CHARACTERS_MAX,
    pattern: '^(?=.*\\S)[^\\x00-\\x1f\\x7f-\\x9f]*$',
    examples: ['Checkout fails for some customers'],
  });

/** Any text but NUL, which the store does not take, and halves of UTF-16 pairs, which UTF-8 has none of. */
const BODY = new RegExp(`^[^\\u0000\\p{Cs}]{1,${MESSAGE_CHARACTERS_MAX}}$`, 'u');
const bodySchema = z
  .string()
  .refine((text) => BODY.test(text), { error: `must have 1–${MESSAGE_CHARACTERS_MAX} characters, and no NUL` })
  .meta({
    minLength: 1,
    maxLength: MESSAGE_CHARACTERS_MAX,
    pattern: '^[^\\x00]*$',
    examples: ['The payment service answers 502 since 12:03.'],
  });

/** base64url of 28 bytes whose first bit is 0: the form of every log's id. */
const logIdSchema = z
  .string()
  .regex(/^[A-Za-f][A-Za-z0-9_-]{36}[AQgw]$/, { error: 'is no id of a log: they come from rows of POST /logs/query' });

const statusSchema = z.enum(['open', 'resolved']);
const querySchema = savedLogsQuerySchema
  .nullable()
  .meta({ description: 'A body of POST /logs/query without cursor, to be asked again; null = none.' });

const QUERY_EXAMPLE = { from: '-6h', search: { query: 'payment failed', mode: 'all' } };

export const newThreadSchema = z
  .strictObject({
    title: titleSchema,
    status: statusSchema.default('open'),
    query: querySchema.default(null),
  })
  .meta({ id: 'NewThread', examples: [{ title: 'Checkout fails for some customers', query: QUERY_EXAMPLE }] });

export const threadChangesSchema = z
  .strictObject({
    title: titleSchema.optional(),
    status: statusSchema.optional(),
    query: querySchema.optional(),
  })
  .meta({
    id: 'ThreadChanges',
    description: 'What is not there stays as it is. A query replaces the one before as a whole.',
    examples: [{ status: 'resolved' }],
  });

export const threadsQuerySchema = listQuerySchema.extend({
  status: statusSchema.optional().meta({ description: 'Default: both.' }),
});

const createdBySchema = idSchema.meta({ description: 'The secret key that made it.' });

export const threadSchema = z
  .strictObject({
    id: idSchema,
    title: z.string(),
    status: statusSchema,
    query: querySchema,
    messageCount: z.number().int(),
    createdAt: timeSchema,
    createdBy: createdBySchema,
    updatedAt: timeSchema.meta({ description: 'Of the last change or message.' }),
  })
  .meta({ id: 'Thread' });
export type ThreadAnswer = z.infer<typeof threadSchema>;

export const newThreadMessageSchema = z
  .strictObject({
    body: bodySchema,
    logIds: z
      .array(logIdSchema)
      .max(MESSAGE_LOG_IDS_MAX)
      .default([])
      .meta({ description: 'Ids of logs that the message is about; they are not looked up.' }),
  })
  .meta({
    id: 'NewThreadMessage',
    examples: [
      {
        body: 'The payment service answers 502 since 12:03.',
        logIds: ['GIXZ0YDbcAABk28-ekx9MZseL1psfY6fAAAAAQ'],
      },
    ],
  });

export const threadMessageSchema = z
  .strictObject({
    id: idSchema,
    body: z.string(),
    logIds: z.array(z.string()).meta({ description: 'For GET /logs/{id}, with a key of their mode.' }),
    createdAt: timeSchema,
    createdBy: createdBySchema,
  })
  .meta({ id: 'ThreadMessage' });
export type ThreadMessageAnswer = z.infer<typeof threadMessageSchema>;
