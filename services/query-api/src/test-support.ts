// For this service's integration tests: the real API on free ports over a store of its own, and a typed way to call it.
import { rmSync } from 'node:fs';
import { failureSchema } from '@sazabi/contract/schemas';
import { generateKey } from '@sazabi/keys';
import { z } from 'zod';
import { parseConfig } from './config.ts';
import { type RunningApi, run } from './run.ts';
import { makeDataDir } from './test-data-dir.ts';

const successSchema = z.looseObject({ data: z.unknown(), error: z.null() });

/** Nothing listens there: the API must serve keys without ClickHouse. */
const NO_CLICKHOUSE = 'http://reader:none@127.0.0.1:9/sazabi';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body's `data`, parsed by `schema`. @throws where the answer is a failure or of another form */
  data<T extends z.ZodType>(schema: T): z.infer<T>;
  /** The body's `error`. @throws where the answer is no failure as documented */
  error(): z.infer<typeof failureSchema>['error'];
}

export interface CallOptions {
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestApi {
  readonly api: RunningApi;
  readonly dataDir: string;
  readonly publicKey: string;
  readonly secretKey: string;
  /** With the first secret key unless `key` is another or null. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  close(): Promise<void>;
}

/** Starts the API; `environment` overrides single variables. */
export async function startTestApi(environment: Readonly<Record<string, string>> = {}): Promise<TestApi> {
  const dataDir = await makeDataDir();
  const publicKey = generateKey('public', 'live');
  const secretKey = generateKey('secret', 'live');
  const api = await run(
    parseConfig({
      SAZABI_DATA_DIR: dataDir,
      LOG_LEVEL: 'fatal',
      API_PORT: '0',
      INTERNAL_PORT: '0',
      CLICKHOUSE_URL: NO_CLICKHOUSE,
      BOOTSTRAP_PUBLIC_KEY: publicKey,
      BOOTSTRAP_SECRET_KEY: secretKey,
      ...environment,
    }),
  );
  return {
    api,
    dataDir,
    publicKey,
    secretKey,
    call: (method, path, options = {}) => call(api.url, method, path, { key: secretKey, ...options }),
    async close() {
      await api.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function call(url: string, method: string, path: string, { key, body, headers }: CallOptions): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(typeof key === 'string' ? { 'x-sazabi-secret-key': key } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    data: (schema) => schema.parse(successSchema.parse(JSON.parse(text)).data),
    error: () => failureSchema.parse(JSON.parse(text)).error,
  };
}
