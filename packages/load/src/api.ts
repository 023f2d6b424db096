// What a run asks of the API; the command line's own client is one. Its errors have `isAway: true` where nobody took the call.
import { z } from 'zod';

export interface LoadApi {
  /** `data` of the answer. @throws Error that says what to do */
  call<T extends z.ZodType>(method: 'GET' | 'POST', path: string, schema: T, body?: object): Promise<z.infer<T>>;
  /** The whole answer. @throws Error that says what to do */
  whole<T extends z.ZodType>(method: 'GET' | 'POST', path: string, schema: T, body?: object): Promise<z.infer<T>>;
  /** A call that answers 204. */
  remove(path: string): Promise<void>;
}

export const rowSchema = z.looseObject({
  keyId: z.string().nullable(),
  attributes: z.looseObject({ trace: z.string().optional() }),
});
export const pageSchema = z.object({ data: z.array(rowSchema), nextCursor: z.string().nullable() });
export const volumeSchema = z.looseObject({ total: z.number() });
