// Keys of a run's own, made with the secret key: public ones without a rate limit, and a secret one that probes and verifies. All
// are revoked when the run ends, and expire by themselves where it is killed.
import { z } from 'zod';
import type { LoadApi } from './api.ts';
import { REVOKE_PATIENCE_MS } from './limits.ts';
import { createPatience } from './patience.ts';

/** Where logs go unless told otherwise: a project of their own, kept for a day. */
export const LOAD_PROJECT_NAME = 'Load test';
const LOAD_RETENTION_DAYS = 1;

const meSchema = z.looseObject({ key: z.looseObject({ mode: z.enum(['live', 'test']) }) });
const keySchema = z.looseObject({ id: z.string(), key: z.string(), projectId: z.string().optional() });
const projectsSchema = z.object({
  data: z.array(z.looseObject({ id: z.string(), name: z.string() })),
  nextCursor: z.string().nullable(),
});
const projectSchema = z.looseObject({ id: z.string() });

export interface OwnKeysOptions {
  /** Calls with the caller's secret key. */
  readonly api: LoadApi;
  /** Calls with another one. */
  readonly apiOf: (secretKey: string) => LoadApi;
  readonly projectId: string | undefined;
  readonly keys: number;
  readonly expiresAtMs: number;
}

export interface OwnKeys {
  readonly projectId: string;
  readonly publicKeys: readonly { readonly id: string; readonly key: string }[];
  /** With the secret key of the run, which has no rate limit of its own. */
  readonly api: LoadApi;
  /** Revokes all that were made; a second call does nothing. */
  revoke(): Promise<void>;
}

export async function makeOwnKeys({ api, apiOf, projectId, keys, expiresAtMs }: OwnKeysOptions): Promise<OwnKeys> {
  const {
    key: { mode },
  } = await api.call('GET', 'me', meSchema);
  // A test key makes no projects: its logs go to the organization's first one, where no live key sees them.
  const project = projectId ?? (mode === 'live' ? await loadProject(api) : undefined);
  const expiresAt = new Date(expiresAtMs).toISOString();
  const settings = { name: 'sazabi load', mode, expiresAt, rateLimitPerMinute: null };
  const secret = await api.call('POST', 'secret-keys', keySchema, {
    ...settings,
    scopes: ['logs:read', 'keys:read', 'keys:write'],
  });
  const own = apiOf(secret.key);
  const made: z.infer<typeof keySchema>[] = [];
  let revoked = false;
  const revoke = async (): Promise<void> => {
    if (revoked) return;
    revoked = true;
    // The run's own key has no rate limit, but another may have revoked it meanwhile: then the caller's does it.
    let remover = own;
    const patiently = createPatience(REVOKE_PATIENCE_MS);
    try {
      for (const { id } of made)
        await patiently(() => remover.remove(`public-keys/${id}`)).catch(() => {
          remover = api;
          return patiently(() => api.remove(`public-keys/${id}`));
        });
    } finally {
      // It may do the most of them: whatever becomes of the others, which end by themselves.
      await patiently(() => api.remove(`secret-keys/${secret.id}`));
    }
  };
  try {
    while (made.length < keys) {
      const where = project === undefined ? {} : { projectId: project };
      made.push(await own.call('POST', 'public-keys', keySchema, { ...settings, ...where }));
    }
  } catch (error) {
    await revoke();
    throw error;
  }
  return { projectId: project ?? made[0]?.projectId ?? '', publicKeys: made, api: own, revoke };
}

/** The project of earlier runs, or a new one. */
async function loadProject(api: LoadApi): Promise<string> {
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: z.infer<typeof projectsSchema> = await api.whole('GET', `projects?limit=100${query}`, projectsSchema);
    const found = page.data.find(({ name }) => name === LOAD_PROJECT_NAME);
    if (found !== undefined) return found.id;
    cursor = page.nextCursor;
  }
  const settings = { name: LOAD_PROJECT_NAME, retentionDays: LOAD_RETENTION_DAYS };
  return (await api.call('POST', 'projects', projectSchema, settings)).id;
}
