// The envelope as schemas: what every answer of the API looks like, for validation in tests and for OpenAPI.
import { z } from 'zod';
import { ERROR_STATUS, type ErrorCode } from '../error-codes.ts';

const codes = Object.keys(ERROR_STATUS) as [ErrorCode, ...ErrorCode[]];

/** The body of every failed answer; which code has which further field is in the description. */
export const failureSchema = z
  .strictObject({
    data: z.null(),
    error: z.strictObject({
      code: z.enum(codes),
      message: z.string().meta({ description: 'What is wrong and what to do about it.' }),
      status: z.number().int(),
      requestId: z.string(),
      issues: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
      reason: z.enum(['malformed', 'unknown', 'ambiguous', 'scheme']).optional(),
      revokedAt: z.iso.datetime({ precision: 3 }).optional(),
      expiredAt: z.iso.datetime({ precision: 3 }).optional(),
      required_scope: z.string().optional(),
      accepted: z.literal(false).optional(),
    }),
  })
  .meta({
    id: 'Failure',
    description:
      'VALIDATION_ERROR has issues; INVALID_API_KEY a reason; API_KEY_REVOKED revokedAt; API_KEY_EXPIRED expiredAt; INSUFFICIENT_PERMISSIONS required_scope.',
  });

/** `{"data": …, "error": null}` */
export function successSchema<T extends z.ZodType>(data: T) {
  return z.strictObject({ data, error: z.null() });
}

/** `{"data": […], "nextCursor": …, "error": null}` */
export function pageSchema<T extends z.ZodType>(row: T) {
  return z.strictObject({
    data: z.array(row),
    nextCursor: z
      .string()
      .nullable()
      .meta({ description: 'Send it as cursor to get the next page; null on the last.' }),
    error: z.null(),
  });
}
