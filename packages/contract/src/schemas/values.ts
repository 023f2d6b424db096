// Values that several calls share: ids, times, names, paging.
import { z } from 'zod';

export const NAME_LENGTH_MAX = 100;
export const PAGE_LIMIT_MAX = 100;
export const PAGE_LIMIT_DEFAULT = 50;
const CURSOR_LENGTH_MAX = 200;

/** Any version, in a body or query: a UUID of nothing of yours is NOT_FOUND, anything else VALIDATION_ERROR. */
export const idSchema = z
  .guid({ error: 'must be a UUID' })
  .meta({ examples: ['01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f'] });

/** An instant in an answer. */
export const timeSchema = z.iso.datetime({ precision: 3 }).meta({ examples: ['2026-01-31T12:00:00.000Z'] });

/**
 * Not of spaces alone, said by the first that is none: schemathesis took 30 CPU-seconds for the cases of one call whose body has a name
 * when the pattern looked ahead for one, and takes 1.4 now.
 */
export const nameSchema = z
  .string()
  .max(NAME_LENGTH_MAX)
  .regex(
    /^ *[\p{L}\p{M}\p{N}_-][\p{L}\p{M}\p{N} _-]*$/u,
    'must be 1–100 letters, digits, spaces, - and _, and not of spaces alone',
  )
  .meta({ examples: ['Production logs'] });

const LINE = /^[^\p{Cc}\p{Cs}]*$/u;

/**
 * A short free text: neither control characters (the store takes no NUL) nor halves of UTF-16 pairs (UTF-8 has none). The
 * pattern that is shown says the same without classes, which not every reader of JSON Schema knows.
 */
export const lineSchema = z
  .string()
  .refine((text) => LINE.test(text), 'holds control characters or lone surrogates')
  .meta({ pattern: '^[^\\x00-\\x1f\\x7f-\\x9f]*$' });

/** The query of every list. */
export const listQuerySchema = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(PAGE_LIMIT_MAX)
    .default(PAGE_LIMIT_DEFAULT)
    .meta({ description: 'Rows of a page.' }),
  cursor: z.string().max(CURSOR_LENGTH_MAX).optional().meta({ description: 'nextCursor of the page before.' }),
});

/** An id in a path: whatever its form, what it does not name is NOT_FOUND. */
export const pathIdSchema = z.object({
  id: z.string().meta({ description: 'As its row has it; what it does not name is 404, whatever its form.' }),
});

/** A call without a query: unknown parameters are refused, as in every other. */
export const noQuerySchema = z.strictObject({});
