// The one place that turns a secret key into an organization, scopes and a mode, and those into what of the logs may be seen.
import {
  ContractError,
  holdsScope,
  type Mode,
  PUBLIC_KEY_HEADER,
  type Scope,
  SECRET_KEY_HEADER,
} from '@sazabi/contract';
import {
  type Actor,
  type ControlDb,
  findSecretKeyByHash,
  findSecretKeys,
  listRetentions,
  listRetentionsOf,
  type Project,
  type SecretKey,
} from '@sazabi/control-db';
import {
  expiredKey,
  hashKey,
  malformedKey,
  originAllowed,
  parseKey,
  presentedKey,
  revokedKey,
  UNKNOWN_KEY,
} from '@sazabi/keys';
import { type LogScope, logScope, narrowScope, type VisibleProject } from '@sazabi/log-store';
import type { FastifyRequest } from 'fastify';
import { joined, queryKeyOf } from './http/headers.ts';
import { lacksScope } from './http/lacks-scope.ts';
import { notFound } from './http/not-found.ts';
import type { KeyUse } from './key-use.ts';
import { USER_AGENT_LENGTH_MAX } from './limits.ts';

const FOREIGN_PAGE = new ContractError(
  'FORBIDDEN',
  'A secret key must not be used from a web page: everyone who opens the page can read it. If that is meant, give the key allowBrowser and this origin in allowedOrigins.',
);

/** Who calls, as its key says. */
export interface Caller {
  readonly organizationId: string;
  readonly organizationName: string;
  readonly keyId: string;
  readonly keyName: string;
  readonly keyPrefix: string;
  readonly mode: Mode;
  readonly scopes: readonly Scope[];
  /** null = no limit but the operator's cap. */
  readonly rateLimitPerMinute: number | null;
  /** Milliseconds since 1970; null = never. */
  readonly expiresAtMs: number | null;
  /** Of the page that calls; null: none does. */
  readonly origin: string | null;
  /** For the audit log. */
  readonly actor: Actor;
}

export interface Authenticated {
  readonly caller: Caller;
  /** Why the key, good as it is, must not be used from where the request comes; null = it may. */
  readonly refusal: ContractError | null;
}

export interface Tenancy {
  /** Tells who calls, and counts as a use of the key. @throws ContractError for each way in which it is none or not valid */
  authenticate(request: FastifyRequest): Promise<Authenticated>;
  /**
   * The logs that the caller may see: those of its organization's living projects, in its key's mode.
   * @param projectId UUID text of a body: must be one of those, and then is the only one. @throws ContractError NOT_FOUND
   */
  logScope(caller: Caller, projectId: string | undefined): Promise<LogScope>;
  /**
   * What has become of callers since they were let in, asked for all of them at once: then of each, for the project that it named,
   * the logs that it may see now, or why it may not call any more. A key that lacks `needed` by now may not.
   */
  standing(callers: readonly Caller[], needed: Scope): Promise<Standing>;
}

export type Standing = (caller: Caller, projectId: string | undefined) => Stands | ContractError;

export interface Stands {
  readonly scope: LogScope;
  /** Of the key now, in milliseconds since 1970; null = never. */
  readonly expiresAtMs: number | null;
}

/**
 * The key and the projects are asked of the control store at every request (one indexed read each), so a revoke is in force when its
 * call returns, on every replica. PGlite's answers are remembered until they change: see ADR 21.
 * @param dashboardOrigin asked at each request: with port 0 it is known only once the server listens
 */
export function createTenancy(db: ControlDb, keyUse: KeyUse, dashboardOrigin: () => string): Tenancy {
  const keyOf = db.remembering(async (hash: string) => {
    const found = await findSecretKeyByHash(db.orm, hash);
    if (found === null) throw UNKNOWN_KEY;
    return found;
  });
  const projectsOf = db.remembering(async (organizationId: string, only: string | undefined) => {
    const living = await listRetentions(db.orm, organizationId, only);
    if (only !== undefined && living.length === 0) throw notFound('project');
    return living.map(visibleOf);
  });
  return {
    async authenticate(request) {
      const { key, organizationName } = await validKey(request, keyOf);
      const from = { address: request.ip, userAgent: userAgentOf(request) };
      keyUse.note({ keyId: key.id, atMs: Date.now(), ...from });
      const caller = {
        organizationId: key.organizationId,
        organizationName,
        keyId: key.id,
        keyName: key.name,
        keyPrefix: key.keyPrefix,
        mode: key.mode,
        scopes: key.scopes,
        rateLimitPerMinute: key.rateLimitPerMinute,
        expiresAtMs: key.expiresAt?.getTime() ?? null,
        origin: request.headers.origin ?? null,
        actor: { type: 'secret_key', keyId: key.id, ...from },
      } as const;
      return { caller, refusal: mayBeUsedFrom(key, caller.origin, dashboardOrigin()) ? null : FOREIGN_PAGE };
    },
    async logScope({ organizationId, mode }, projectId) {
      return logScope({ organizationId, projects: await projectsOf(organizationId, projectId), mode });
    },
    async standing(callers, needed) {
      const idsOf = (pick: (caller: Caller) => string) => [...new Set(callers.map(pick))];
      const [found, living] = await Promise.all([
        findSecretKeys(
          db.orm,
          idsOf(({ keyId }) => keyId),
        ),
        listRetentionsOf(
          db.orm,
          idsOf(({ organizationId }) => organizationId),
        ),
      ]);
      const keys = new Map(found.map((key) => [key.id, key]));
      const projects = Map.groupBy(living, ({ organizationId }) => organizationId);
      /** Each made once: hundreds of callers may see a thousand projects each. */
      const scopes = new Map<string, LogScope>();
      const scopeOf = (
        { organizationId, mode }: Pick<Caller, 'organizationId' | 'mode'>,
        projectId?: string,
      ): LogScope => {
        const name = `${organizationId} ${mode} ${projectId ?? ''}`;
        const known = scopes.get(name);
        if (known !== undefined) return known;
        const scope =
          projectId === undefined
            ? logScope({ organizationId, projects: (projects.get(organizationId) ?? []).map(visibleOf), mode })
            : narrowScope(scopeOf({ organizationId, mode }), projectId);
        scopes.set(name, scope);
        return scope;
      };
      return (caller, projectId) => {
        const { keyId, origin } = caller;
        const key = keys.get(keyId);
        const ended = key === undefined ? UNKNOWN_KEY : endOf(key);
        if (key === undefined || ended !== null) return ended ?? UNKNOWN_KEY;
        if (!holdsScope(key.scopes, needed)) return lacksScope(needed);
        if (!mayBeUsedFrom(key, origin, dashboardOrigin())) return FOREIGN_PAGE;
        const scope = scopeOf(caller, projectId);
        if (projectId !== undefined && scope.projectIds.length === 0) return notFound('project');
        return { scope, expiresAtMs: key.expiresAt?.getTime() ?? null };
      };
    },
  };
}

function visibleOf(
  project: Pick<Project, 'id' | 'retentionDays' | 'hiddenBefore' | 'earlierRetentions'>,
): VisibleProject {
  const { id, retentionDays, hiddenBefore, earlierRetentions } = project;
  return { id, retentionDays, hiddenBeforeMs: hiddenBefore?.getTime() ?? null, earlierRetentions };
}

interface FoundKey {
  readonly key: SecretKey;
  readonly organizationName: string;
}

async function validKey(request: FastifyRequest, keyOf: (hash: string) => Promise<FoundKey>): Promise<FoundKey> {
  const text = presentedKey(
    {
      ownHeader: joined(request.headers[SECRET_KEY_HEADER]),
      // Node's `headers` keep only the first of several.
      authorization: joined(request.raw.headersDistinct.authorization),
      queryKey: queryKeyOf(request),
      otherHeader: joined(request.headers[PUBLIC_KEY_HEADER]),
    },
    'secret',
  );
  if (text instanceof ContractError) throw text;
  if (!parseKey(text).ok) throw malformedKey(text, 'secret');
  const found = await keyOf(hashKey(text));
  const ended = endOf(found.key);
  if (ended !== null) throw ended;
  return found;
}

/** Why the key is not valid any more; null = it is. */
function endOf({ revokedAt, expiresAt }: SecretKey): ContractError | null {
  if (revokedAt !== null) return revokedKey(revokedAt.getTime());
  return expiresAt !== null && expiresAt.getTime() <= Date.now() ? expiredKey(expiresAt.getTime()) : null;
}

/** A page elsewhere has the key only by mistake, unless the key says that it may. */
function mayBeUsedFrom(key: SecretKey, origin: string | null, dashboardOrigin: string): boolean {
  if (origin === null || origin === dashboardOrigin) return true;
  return key.allowBrowser && key.allowedOrigins.length > 0 && originAllowed(origin, key.allowedOrigins);
}

function userAgentOf(request: FastifyRequest): string {
  return (request.headers['user-agent'] ?? '').slice(0, USER_AGENT_LENGTH_MAX);
}
