// An organization of a test's own, and calls in its name: what comes back is the raw answer, to be held against the contract.
import { inject } from 'vitest';
import { z } from 'zod';
import { type Client, createClient } from '../../support/client.ts';
import { waitFor } from '../../support/wait-for.ts';

const foundedSchema = z.object({
  organization: z.object({ id: z.string(), name: z.string() }),
  project: z.object({ id: z.string() }),
  publicKey: z.object({ id: z.string(), key: z.string() }),
  secretKey: z.object({ id: z.string(), key: z.string() }),
});

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly publicKey: string;
  readonly publicKeyId: string;
  readonly secretKey: string;
  readonly secretKeyId: string;
  /** In the name of its first keys. */
  readonly client: Client;
}

/** A fresh one, with a project and a live key of each type. */
export async function newOrganization(name = 'Contract'): Promise<Organization> {
  const system = inject('contractSystem');
  const { status, text, body } = await internal('POST', '/internal/organizations', { name });
  if (status !== 201) throw new Error(`${status}: ${text}`);
  const { organization, project, publicKey, secretKey } = foundedSchema.parse(body.data);
  return {
    ...organization,
    projectId: project.id,
    publicKey: publicKey.key,
    publicKeyId: publicKey.id,
    secretKey: secretKey.key,
    secretKeyId: secretKey.id,
    client: createClient({ ...system, publicKey: publicKey.key, secretKey: secretKey.key }),
  };
}

/** Status, headers, text, and the text parsed where it is JSON, else null. */
export async function answerOf(sent: Promise<Response>) {
  const response = await sent;
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : null,
  };
}
export type Answer = Awaited<ReturnType<typeof answerOf>>;

type Headers = Readonly<Record<string, string>>;

/** A call of the API. @param key null = none */
export function api(key: string | null, method: string, path: string, body?: unknown, headers: Headers = {}) {
  return answerOf(
    fetch(`${inject('contractSystem').apiUrl}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { 'x-sazabi-secret-key': key }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...bodyOf(body),
    }),
  );
}

/** A POST to the intake. Objects go as JSON, text and bytes as they are. @param key null = none */
export function send(key: string | null, body: unknown, headers: Headers = {}, path = '/v1/logs') {
  return answerOf(
    fetch(`${inject('contractSystem').intakeUrl}${path}`, {
      method: 'POST',
      headers: {
        ...(key === null ? {} : { 'x-sazabi-key': key }),
        'content-type': 'application/json',
        ...headers,
      },
      ...bodyOf(body),
    }),
  );
}

/** A call of the API's internal port with the operator's token. */
export function internal(method: string, path: string, body?: unknown) {
  const { internalUrl, internalToken } = inject('contractSystem');
  return answerOf(
    fetch(`${internalUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${internalToken}`, 'content-type': 'application/json' },
      ...bodyOf(body),
    }),
  );
}

function bodyOf(body: unknown): { readonly body?: string | Buffer } {
  if (body === undefined) return {};
  return {
    body: typeof body === 'string' ? body : body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body),
  };
}

/** A new key's id and text, by the organization's own secret key. @throws Error unless it is answered 201 */
export function newKey(
  organization: Organization,
  type: 'public-keys' | 'secret-keys',
  settings: Readonly<Record<string, unknown>> = {},
) {
  return organization.client.createKey(type, { name: 'test', ...settings });
}

/** What a query finds, once it finds at least `count` rows. */
export function found(secretKey: string, selection: Readonly<Record<string, unknown>>, count = 1) {
  return waitFor(
    `${count} logs are found`,
    async () => {
      const { status, text, body } = await api(secretKey, 'POST', '/logs/query', { limit: 1000, ...selection });
      if (status !== 200) throw new Error(`${status}: ${text}`);
      return body.data.length >= count && body.data;
    },
    15_000,
  );
}

/** Code and status of a failure, in one value to compare. */
export const failureOf = ({ status, body }: Answer): readonly [number, string] => [status, body?.error?.code];

/** A well-formed id that never was anybody's. */
export const NOBODYS_ID = '01936f3e-7a4c-7d31-9b1e-2f5a6c7d8e9f';
