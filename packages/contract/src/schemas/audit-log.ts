// The query and answer of /audit-log.
import { z } from 'zod';
import { AUDIT_ACTIONS, AUDIT_ACTOR_TYPES, AUDIT_TARGET_TYPES } from '../audit-log.ts';
import { logTimeSchema } from './logs.ts';
import { idSchema, listQuerySchema, timeSchema } from './values.ts';

const actionSchema = z.enum(AUDIT_ACTIONS);

export const auditLogQuerySchema = listQuerySchema.extend({
  action: actionSchema.optional().meta({ description: 'Only entries of this action.' }),
  targetId: idSchema.optional().meta({ description: 'Only what was done to this key, project or other.' }),
  from: logTimeSchema.optional().meta({
    description: 'Entries of this time or later, as in POST /logs/query; a relative one is taken anew on each page.',
  }),
  to: logTimeSchema.optional().meta({ description: 'Entries before this time.' }),
});

export const auditLogEntrySchema = z
  .strictObject({
    id: idSchema,
    at: timeSchema,
    action: actionSchema,
    actor: z
      .strictObject({
        type: z.enum(AUDIT_ACTOR_TYPES),
        keyId: idSchema.nullable(),
        keyName: z.string().nullable().meta({ description: 'As the key is named now.' }),
        keyPrefix: z.string().nullable(),
      })
      .meta({
        description:
          'The first start (bootstrap), the operator, or a secret key: of a live one a test key sees the id alone.',
      }),
    target: z.strictObject({
      type: z.enum(AUDIT_TARGET_TYPES),
      id: idSchema,
      name: z.string().nullable().meta({ description: 'As it was named then; null where it has no name.' }),
    }),
    changes: z
      .record(z.string(), z.tuple([z.unknown(), z.unknown()]))
      .nullable()
      .meta({
        description: 'Field → before and after; null where all is new or gone.',
        examples: [{ retentionDays: [30, 90] }],
      }),
    address: z.string().nullable().meta({ description: 'Where the call came from.' }),
    userAgent: z.string().nullable(),
  })
  .meta({ id: 'AuditLogEntry' });
export type AuditLogEntryAnswer = z.infer<typeof auditLogEntrySchema>;
