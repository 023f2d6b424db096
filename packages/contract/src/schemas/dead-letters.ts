// Bodies and answers of /dead-letters, and of the operator's on the internal port.
import { z } from 'zod';
import { idSchema, listQuerySchema, timeSchema } from './values.ts';

export const deadLettersQuerySchema = listQuerySchema.extend({
  projectId: idSchema.optional().meta({ description: 'Default: all of the organization’s projects.' }),
});

const reasonField = {
  reason: z.string().meta({ description: 'Why the store refused them: its error, by code and name.' }),
};

export const deadLetterSchema = z
  .strictObject({
    id: idSchema,
    projectId: idSchema,
    logs: z.number().int().meta({ description: 'How many logs wait in it.' }),
    bytes: z.number().int(),
    ...reasonField,
    replays: z
      .number()
      .int()
      .meta({ description: 'How often they had been replayed before they were refused this time.' }),
    deadAt: timeSchema,
    expiresOn: z.iso.date().meta({ description: 'The day the logs expire; three days later they cannot be replayed.' }),
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetterAnswer = z.infer<typeof deadLetterSchema>;

export const replayedDeadLetterSchema = z
  .strictObject({
    id: idSchema,
    accepted: z.number().int().meta({ description: 'Logs that are on their way to the store again, durable.' }),
  })
  .meta({ id: 'ReplayedDeadLetter' });

/** What no project owns: records that nobody can decode, and refused ones that nobody can take apart. */
export const operatorDeadLetterSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['undecodable', 'refused']),
  bytes: z.number().int(),
  ...reasonField,
  deadAt: timeSchema,
});
export type OperatorDeadLetter = z.infer<typeof operatorDeadLetterSchema>;
