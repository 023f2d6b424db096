// What both types of key have in common: how they are shown, what may be asked of them, and what not.
import type { ValidationIssue } from '@sazabi/contract';
import type { KeyRow, Wish } from '@sazabi/control-db';
import { allowedOriginProblem } from '@sazabi/keys';
import { invalid } from '../../http/validation.ts';

/** An offset can carry a time past the last year that ISO 8601 writes with four digits. */
const EXPIRES_AT_MS_MAX = Date.parse('9999-12-31T23:59:59.999Z');

/** What bodies say of the columns that both types have; a body that changes a key may say nothing of some. */
export interface AskedOfKey {
  readonly name?: string | undefined;
  readonly expiresAt?: string | null | undefined;
  readonly allowedOrigins?: string[] | undefined;
  readonly rateLimitPerMinute?: number | null | undefined;
}

/** The fields of keyFields, from a row of either table. */
export function presentKey(row: KeyRow) {
  return {
    id: row.id,
    name: row.name,
    mode: row.mode,
    keyPrefix: row.keyPrefix,
    allowedOrigins: row.allowedOrigins,
    rateLimitPerMinute: row.rateLimitPerMinute,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    lastUsedFrom:
      row.lastUsedAt === null ? null : { address: row.lastUsedAddress ?? '', userAgent: row.lastUsedUserAgent ?? '' },
    revokedAt: row.revokedAt?.toISOString() ?? null,
    replacedBy: row.replacedBy,
  };
}

/** An expiry as the store takes it; undefined = it is not spoken of. */
export function expiryOf(expiresAt: string | null | undefined): Date | null | undefined {
  return typeof expiresAt === 'string' ? new Date(expiresAt) : expiresAt;
}

/** What a body changes of the columns that both types have. */
export function commonChangeOf({ name, expiresAt, allowedOrigins, rateLimitPerMinute }: AskedOfKey): Wish<KeyRow> {
  return { name, expiresAt: expiryOf(expiresAt), allowedOrigins, rateLimitPerMinute };
}

/**
 * Judges what a schema cannot; fields that are not there are not judged.
 * @throws ContractError VALIDATION_ERROR naming all that is wrong
 */
export function checkKeyFields(
  { expiresAt, allowedOrigins = [], rateLimitPerMinute }: AskedOfKey,
  rateLimitCap: number | null,
  more: readonly ValidationIssue[] = [],
): void {
  const issues = [...more];
  const expiresAtMs = typeof expiresAt === 'string' ? Date.parse(expiresAt) : null;
  if (expiresAtMs !== null && !(expiresAtMs > Date.now() && expiresAtMs <= EXPIRES_AT_MS_MAX))
    issues.push({ path: 'expiresAt', message: 'must be in the future, and before the year 10000 in UTC' });
  allowedOrigins.forEach((origin, index) => {
    const message = allowedOriginProblem(origin);
    if (message !== null) issues.push({ path: `allowedOrigins.${index}`, message });
  });
  if (rateLimitCap !== null && (rateLimitPerMinute ?? 0) > rateLimitCap)
    issues.push({ path: 'rateLimitPerMinute', message: `must be at most ${rateLimitCap}, the operator’s cap` });
  if (issues.length > 0) throw invalid(issues);
}
