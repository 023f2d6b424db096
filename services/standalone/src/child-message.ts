// The messages of a child, checked where they enter this process.
import { z } from 'zod';

export const childMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), details: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal('failed'), message: z.string(), mendable: z.boolean() }),
]);
