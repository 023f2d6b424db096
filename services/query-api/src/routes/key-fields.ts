// What both types of key have in common: how they are shown, and what a new one may not be.
import type { ValidationIssue } from '@sazabi/contract';
import type { PublicKey, SecretKey } from '@sazabi/control-db';
import { isAllowedOriginForm } from '@sazabi/keys';
import { invalid } from '../http/validation.ts';

/** An offset can carry a time past the last year that ISO 8601 writes with four digits. */
const EXPIRES_AT_MS_MAX = Date.parse('9999-12-31T23:59:59.999Z');

/** The fields of keyFields, from a row of either table. */
export function presentKey(row: PublicKey | SecretKey) {
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
  };
}

/** The body's fields that need more than a schema. */
export interface WantedKey {
  readonly expiresAt: string | null;
  readonly allowedOrigins: readonly string[];
  readonly rateLimitPerMinute?: number | null | undefined;
}

/** @throws ContractError VALIDATION_ERROR naming all that is wrong */
export function checkWantedKey(
  wanted: WantedKey,
  rateLimitCap: number | null,
  more: readonly ValidationIssue[] = [],
): void {
  const issues = [...more];
  const expiresAtMs = wanted.expiresAt === null ? null : Date.parse(wanted.expiresAt);
  if (expiresAtMs !== null && !(expiresAtMs > Date.now() && expiresAtMs <= EXPIRES_AT_MS_MAX))
    issues.push({ path: 'expiresAt', message: 'must be in the future, and before the year 10000 in UTC' });
  wanted.allowedOrigins.forEach((origin, index) => {
    if (!isAllowedOriginForm(origin))
      issues.push({
        path: `allowedOrigins.${index}`,
        message: 'must be an origin (https://app.example.com) or https://*.example.com',
      });
  });
  if (rateLimitCap !== null && (wanted.rateLimitPerMinute ?? 0) > rateLimitCap)
    issues.push({ path: 'rateLimitPerMinute', message: `must be at most ${rateLimitCap}, the operator’s cap` });
  if (issues.length > 0) throw invalid(issues);
}
