// A tiny typed client of the wire contract, for tests: it does what a user's code does, by fetch.
import { z } from 'zod';
import type { System } from './system.ts';

const intakeAnswerSchema = z.object({
  data: z.object({ accepted: z.number(), rejectedCount: z.number(), receipt: z.string() }).loose(),
});

const logSchema = z
  .object({
    id: z.string(),
    message: z.string(),
    level: z.string(),
    service: z.string().nullable(),
    eventName: z.string().nullable(),
    attributes: z.record(z.string(), z.string()),
  })
  .loose();
export type StoredLog = z.infer<typeof logSchema>;

const pageSchema = z.object({ data: z.array(logSchema), nextCursor: z.string().nullable() });
const keySchema = z.object({ data: z.object({ id: z.string(), key: z.string() }) });

export interface PostOptions {
  readonly key?: string;
  readonly idempotencyKey?: string;
  readonly path?: '/v1/logs' | '/v1/events';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export type Client = ReturnType<typeof clientOf>;

/** How a client reaches the two services, and its own keys. */
export interface Reach {
  readonly publicKey: string;
  readonly secretKey: string;
  intake(path: string, init: RequestInit): Promise<Response>;
  api(path: string, init: RequestInit): Promise<Response>;
}

export const createClient = (system: Pick<System, 'intakeUrl' | 'apiUrl' | 'publicKey' | 'secretKey'>) =>
  clientOf({
    publicKey: system.publicKey,
    secretKey: system.secretKey,
    intake: (path, init) => fetch(`${system.intakeUrl}${path}`, init),
    api: (path, init) => fetch(`${system.apiUrl}${path}`, init),
  });

export function clientOf(reach: Reach) {
  /** The raw answer of the intake. Objects are sent as JSON, strings and bytes as they are. */
  const post = (body: unknown, options: PostOptions = {}): Promise<Response> =>
    reach.intake(options.path ?? '/v1/logs', {
      method: 'POST',
      headers: {
        'x-sazabi-key': options.key ?? reach.publicKey,
        'content-type': 'application/json',
        ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
        ...options.headers,
      },
      body: typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });

  /** The raw answer of the API. */
  const api = (method: string, path: string, body?: unknown): Promise<Response> =>
    reach.api(path, {
      method,
      headers: {
        'x-sazabi-secret-key': reach.secretKey,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  return {
    post,
    api,
    /** @throws Error unless it is answered 202 */
    async postLogs(logs: unknown, options: PostOptions = {}) {
      return intakeAnswerSchema.parse(await expectStatus(202, await post(logs, options))).data;
    },
    /** Every log of the selection, page by page. */
    async queryAll(selection: Readonly<Record<string, unknown>> = {}, limit = 1000): Promise<StoredLog[]> {
      const logs: StoredLog[] = [];
      let cursor: string | null = null;
      do {
        const response: Response = await api('POST', '/logs/query', {
          ...selection,
          limit,
          ...(cursor === null ? {} : { cursor }),
        });
        const page = pageSchema.parse(await expectStatus(200, response));
        logs.push(...page.data);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return logs;
    },
    /** Whether a query finds a log with this message. @throws Error for any answer but 200 */
    async finds(message: string): Promise<boolean> {
      const answer = await api('POST', '/logs/query', { filters: [{ field: 'message', op: 'eq', value: message }] });
      return pageSchema.parse(await expectStatus(200, answer)).data.length > 0;
    },
    async createKey(type: 'public-keys' | 'secret-keys', settings: Readonly<Record<string, unknown>>) {
      return keySchema.parse(await expectStatus(201, await api('POST', `/${type}`, settings))).data;
    },
    async revokeKey(type: 'public-keys' | 'secret-keys', id: string): Promise<void> {
      const response = await api('DELETE', `/${type}/${id}`);
      if (response.status !== 204) throw new Error(`${response.status}: ${await response.text()}`);
    },
  };
}

/** The parsed body. @throws Error with the body for any other status */
export async function expectStatus(status: number, response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`${response.status} instead of ${status}: ${text}`);
  return JSON.parse(text);
}
