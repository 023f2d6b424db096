// Calls of the API with the secret key, and of its internal port; every failure becomes a message that says what to do.
import { setTimeout as wait } from 'node:timers/promises';
import { SECRET_KEY_HEADER } from '@sazabi/contract';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { USER_AGENT } from '../version.ts';
import { failureOf, type PresentedKey, parseJson, unreachable } from './problems.ts';

/** A query may run as long as the API lets it; past this the connection is dead. */
const ANSWER_TIMEOUT_MS = 60_000;
const LIST_PAGE_ITEMS = 100;
/** A long row of calls meets the key's rate limit: it waits as it is told, so often in a row. */
const RATE_LIMITED_MAX = 10;
const RETRY_AFTER_MAX_SECONDS = 60;

type Method = 'GET' | 'POST' | 'PATCH';

export interface ApiClient {
  /** Calls and parses `data` of the answer. @throws CliError */
  call<T extends z.ZodType>(method: Method, path: string, schema: T, body?: object): Promise<z.infer<T>>;
  /** A call that answers 204. @throws CliError */
  remove(path: string): Promise<void>;
  /** The whole answer of a call that has more beside `data`. @throws CliError */
  whole<T extends z.ZodType>(method: Method, path: string, schema: T, body?: object): Promise<z.infer<T>>;
  /** The body as it is. @throws CliError */
  bytes(path: string): Promise<Uint8Array>;
  /** Every item of a list, page after page. @throws CliError */
  list<T extends z.ZodType>(
    path: string,
    schema: T,
    query?: Readonly<Record<string, string>>,
  ): AsyncGenerator<z.infer<T>>;
}

/** Where calls go, and what they carry. */
export interface ApiServer {
  readonly name: string;
  readonly url: string;
  /** Where its address comes from. */
  readonly variable: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The key among them, for what is said where it is refused. */
  readonly key?: PresentedKey;
  /** The rate limit is waited for. */
  readonly onWait?: ((seconds: number) => void) | undefined;
  /** What to do about a 401 that is not the contract's. */
  readonly refused?: string;
}

/** A client of the API at `url`. */
export function createApiClient(url: string, key: PresentedKey, onWait?: ApiServer['onWait']): ApiClient {
  return createClient({
    name: 'the API',
    url,
    variable: 'SAZABI_API_URL',
    headers: { [SECRET_KEY_HEADER]: key.text },
    key,
    onWait,
  });
}

/** A client of any server that answers in the contract's envelope. */
export function createClient({ name, url, variable, headers, key, onWait, refused }: ApiServer): ApiClient {
  const fail = (error: unknown): never => {
    throw unreachable(name, url, variable, error);
  };
  const send = (method: string, path: string, body: object | undefined): Promise<Response> =>
    fetch(new URL(path, withSlash(url)), {
      method,
      headers: {
        ...headers,
        'user-agent': USER_AGENT,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    }).catch(fail);
  const request = async (method: string, path: string, body: object | undefined): Promise<Response> => {
    let response = await send(method, path, body);
    for (let limited = 0; response.status === 429 && limited < RATE_LIMITED_MAX; limited++) {
      const seconds = Number(response.headers.get('retry-after') ?? 1);
      if (!(seconds <= RETRY_AFTER_MAX_SECONDS)) break;
      await response.body?.cancel();
      onWait?.(seconds);
      await wait(seconds * 1000);
      response = await send(method, path, body);
    }
    if (response.status === 401 && refused !== undefined) throw new CliError(refused);
    if (!response.ok) throw failureOf(response.status, response.url, await response.text().catch(() => ''), key);
    return response;
  };
  const parse = <T extends z.ZodType>(schema: T, value: unknown): z.infer<T> => {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    throw new CliError(`${url} answered, but not as the Sazabi API does. Is ${variable} right?`);
  };
  const answerOf = async (method: string, path: string, body: object | undefined): Promise<unknown> =>
    parseJson(await (await request(method, path, body)).text().catch(fail));
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
    async bytes(path) {
      return new Uint8Array(await (await request('GET', path, undefined)).arrayBuffer());
    },
    async *list(path, schema, query = {}) {
      const page = z.object({ data: z.array(schema), nextCursor: z.string().nullable() });
      let cursor: string | null = null;
      do {
        const asked = { ...query, limit: String(LIST_PAGE_ITEMS), ...(cursor === null ? {} : { cursor }) };
        const answer: z.infer<typeof page> = await whole('GET', `${path}?${new URLSearchParams(asked)}`, page);
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
