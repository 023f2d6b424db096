// Public and secret keys as the command line shows them: what both have, and what tells them apart.
import { z } from 'zod';
import type { Cell } from '../../output/table.ts';
import { fromNow } from '../../output/times.ts';
import type { Resource } from '../resource.ts';

export type KeyKind = 'public' | 'secret';

export const keySchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  keyPrefix: z.string(),
  mode: z.string(),
  createdAt: z.string(),
  createdBy: z.string().nullish(),
  lastUsedAt: z.string().nullish(),
  lastUsedFrom: z.looseObject({ address: z.string(), userAgent: z.string() }).nullish(),
  expiresAt: z.string().nullish(),
  revokedAt: z.string().nullish(),
  replacedBy: z.string().nullish(),
  allowedOrigins: z.array(z.string()).optional(),
  rateLimitPerMinute: z.number().nullish(),
  /** Public keys. */
  projectId: z.string().optional(),
  environment: z.string().nullish(),
  /** Secret keys. */
  scopes: z.array(z.string()).optional(),
  allowBrowser: z.boolean().optional(),
});
export type Key = z.infer<typeof keySchema>;

/** The keys of one kind. */
export function keysOf(kind: KeyKind): Resource<Key> {
  return {
    name: `${kind} key`,
    path: `${kind}-keys`,
    schema: keySchema,
    titleOf: ({ name }) => name,
    isOver: ({ revokedAt, replacedBy }) => typeof revokedAt === 'string' || typeof replacedBy === 'string',
    columns: [
      { title: 'ID' },
      { title: 'NAME', shrinks: true },
      { title: 'KEY', rank: 1 },
      kind === 'public' ? { title: 'PROJECT', rank: 4 } : { title: 'SCOPES', shrinks: true, rank: 4 },
      { title: 'LAST USED', rank: 3 },
      { title: 'MODE', rank: 2 },
      { title: 'STATE' },
    ],
    cells: (key, nowMs) => [
      key.id,
      key.name,
      `${key.keyPrefix}…`,
      key.scopes?.join(' ') ?? key.projectId,
      fromNow(key.lastUsedAt, nowMs),
      key.mode,
      stateOf(key, nowMs),
    ],
    details: (key, nowMs) => [
      ['Id', key.id],
      ['Name', key.name],
      ['Key', `${key.keyPrefix}…`],
      ['State', stateOf(key, nowMs)],
      ['Mode', key.mode],
      ['Project', key.projectId],
      ['Environment', kind === 'public' ? key.environment : undefined],
      ['Scopes', key.scopes?.join(' ')],
      ['Origins', key.allowedOrigins?.join(' ') || 'any'],
      ['Browsers', key.allowBrowser === undefined ? undefined : key.allowBrowser ? 'of these origins' : 'none'],
      ['Rate limit', key.rateLimitPerMinute === null ? 'none' : `${key.rateLimitPerMinute} a minute`],
      ['Expires', key.expiresAt ?? 'never'],
      ['Revoked', key.revokedAt ?? undefined],
      ['Replaced by', key.replacedBy ?? undefined],
      ['Created', key.createdAt],
      ['Created by', key.createdBy ?? 'the first start, or the operator'],
      ['Last used', key.lastUsedAt ?? 'never'],
      ['Last used from', key.lastUsedFrom ? `${key.lastUsedFrom.address} (${key.lastUsedFrom.userAgent})` : undefined],
    ],
  };
}

function isEnded({ revokedAt, expiresAt }: Key, nowMs: number): boolean {
  return typeof revokedAt === 'string' || (typeof expiresAt === 'string' && Date.parse(expiresAt) <= nowMs);
}

function stateOf(key: Key, nowMs: number): Cell {
  if (typeof key.revokedAt === 'string') return { text: `revoked ${fromNow(key.revokedAt, nowMs)}`, style: 'dim' };
  if (typeof key.expiresAt !== 'string') return 'active';
  const ended = isEnded(key, nowMs);
  return {
    text: `${ended ? 'expired' : 'active, expires'} ${fromNow(key.expiresAt, nowMs)}`,
    style: ended ? 'dim' : undefined,
  };
}
