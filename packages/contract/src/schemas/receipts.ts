// The answer of /receipts/{receipt}.
import { z } from 'zod';
import { idSchema } from './values.ts';

export const RECEIPT_STATUSES = ['durable', 'stored', 'dead-lettered'] as const;

/** A receipt in a path: whatever its form, one that is not ours, or not the caller's, is NOT_FOUND. */
export const pathReceiptSchema = z.object({
  receipt: z.string().meta({ description: 'As the intake answered it.' }),
});

export const receiptStateSchema = z
  .strictObject({
    status: z.enum(RECEIPT_STATUSES).meta({
      description:
        'durable: acknowledged, and on its way; stored: queries find the logs; dead-lettered: the store refused them, and a replay or an operator decides. Of one request all logs share it.',
    }),
    projectId: idSchema,
    accepted: z.number().int().nullable().meta({
      description: 'Logs of the request; null while nothing tells: a receipt under an Idempotency-Key does not.',
    }),
    stored: z.number().int(),
    deadLettered: z.number().int().nullable().meta({ description: 'null where they are, and cannot be counted.' }),
    deadLetterId: idSchema
      .nullable()
      .meta({ description: 'The dead letter that they wait in; null where it was deleted or is the operator’s.' }),
  })
  .meta({ id: 'ReceiptState' });
export type ReceiptStateAnswer = z.infer<typeof receiptStateSchema>;
