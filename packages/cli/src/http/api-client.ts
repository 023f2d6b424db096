// Calls of the API with the secret key; every failure becomes a message that says what to do.
import { SECRET_KEY_HEADER } from '@sazabi/contract';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { failureMessage, parseJson, unreachable } from './problems.ts';

/** A query may run as long as the API lets it; past this the connection is dead. */
const ANSWER_TIMEOUT_MS = 60_000;
const LIST_PAGE_ITEMS = 100;

export interface ApiClient {
  /** Calls and parses `data` of the answer. @throws CliError */
  call<T extends z.ZodType>(method: 'GET' | 'POST', path: string, schema: T, body?: object): Promise<z.infer<T>>;
  /** A call that answers 204. @throws CliError */
  remove(path: string): Promise<void>;
  /** The whole answer of a call that has more beside `data`. @throws CliError */
  whole<T extends z.ZodType>(method: 'GET' | 'POST', path: string, schema: T, body?: object): Promise<z.infer<T>>;
  /** Every item of a list, page after page. @throws CliError */
  list<T extends z.ZodType>(path: string, schema: T): AsyncGenerator<z.infer<T>>;
}

/** A client of the API at `url`. */
export function createApiClient(url: string, secretKey: string): ApiClient {
  const request = async (method: string, path: string, body: object | undefined): Promise<Response> => {
    const response = await fetch(new URL(path, withSlash(url)), {
      method,
      headers: {
        [SECRET_KEY_HEADER]: secretKey,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw unreachable('the API', url, 'SAZABI_API_URL', error);
    });
    if (!response.ok) throw new CliError(await failureMessage(response));
    return response;
  };
  const parse = <T extends z.ZodType>(schema: T, value: unknown): z.infer<T> => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new CliError(`${url} answered, but not as the Sazabi API does. Is SAZABI_API_URL right?`);
  };
  const answerOf = async (method: string, path: string, body: object | undefined): Promise<unknown> =>
    parseJson(await (await request(method, path, body)).text());
  const whole: ApiClient['whole'] = async (method, path, schema, body) =>
    parse(schema, await answerOf(method, path, body));
  return {
    whole,
    async call(method, path, schema, body) {
      const { data } = parse(z.object({ data: z.unknown() }), await answerOf(method, path, body));
      return parse(schema, data);
    },
    async remove(path) {
      await (await request('DELETE', path, undefined)).body?.cancel();
    },
    async *list(path, schema) {
      const page = z.object({ data: z.array(schema), nextCursor: z.string().nullable() });
      let cursor: string | null = null;
      do {
        const query = new URLSearchParams({ limit: String(LIST_PAGE_ITEMS), ...(cursor === null ? {} : { cursor }) });
        const answer: z.infer<typeof page> = await whole('GET', `${path}?${query}`, page);
        yield* answer.data;
        cursor = answer.nextCursor;
      } while (cursor !== null);
    },
  };
}

/** Paths are resolved below the whole address, so an API behind `https://host/sazabi` works. */
export function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
