// The parts of a row that are made from a key's plain text; the text itself goes back to the caller once.
import type { Mode } from '@sazabi/contract';
import { displayPrefix, generateKey, hashKey, type KeyType, parseKey } from '@sazabi/keys';
import { v7 as uuidv7 } from 'uuid';

/** Requests a minute of a key for which nothing else was said. */
export const RATE_LIMIT_PER_MINUTE_DEFAULT = 1_000;

/** What both types of key may be given when they are made. */
export interface NewKey {
  readonly name: string;
  /** `live` unless told otherwise; a given key says its own. */
  readonly mode?: Mode | undefined;
  /** Plain text of a key made elsewhere (bootstrap); well-formed and of the right type. */
  readonly given?: string | undefined;
  readonly expiresAt?: Date | null | undefined;
  readonly allowedOrigins?: readonly string[] | undefined;
  /** null = no limit but the operator's cap. */
  readonly rateLimitPerMinute?: number | null | undefined;
}

/** The columns that both types share, and the plain text. */
export function newKeyMaterial(type: KeyType, wanted: NewKey) {
  const key = wanted.given ?? generateKey(type, wanted.mode ?? 'live');
  const parsed = parseKey(key);
  if (!parsed.ok || parsed.type !== type) throw new Error(`The key to be stored is no ${type} key.`);
  return {
    key,
    columns: {
      id: uuidv7(),
      name: wanted.name,
      mode: parsed.mode,
      hash: hashKey(key),
      keyPrefix: displayPrefix(key),
      allowedOrigins: [...(wanted.allowedOrigins ?? [])],
      rateLimitPerMinute:
        wanted.rateLimitPerMinute === undefined ? RATE_LIMIT_PER_MINUTE_DEFAULT : wanted.rateLimitPerMinute,
      expiresAt: wanted.expiresAt ?? null,
      revokedAt: null,
      lastUsedAt: null,
      lastUsedAddress: null,
      lastUsedUserAgent: null,
    },
  };
}
