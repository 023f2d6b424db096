// The parts of a row that are made from a key's plain text; the text itself goes back to the caller once.
import type { Mode } from '@sazabi/contract';
import { displayPrefix, generateKey, hashKey, type KeyType, parseKey } from '@sazabi/keys';
import { v7 as uuidv7 } from 'uuid';

/**
 * A new key that nobody has used yet.
 * @param given plain text of a key made elsewhere (bootstrap), which says its own mode; well-formed and of the right type
 */
export function newKeyMaterial(type: KeyType, mode: Mode, given?: string) {
  const key = given ?? generateKey(type, mode);
  const parsed = parseKey(key);
  if (!parsed.ok || parsed.type !== type) throw new Error(`The key to be stored is no ${type} key.`);
  return {
    key,
    columns: {
      id: uuidv7(),
      mode: parsed.mode,
      hash: hashKey(key),
      keyPrefix: displayPrefix(key),
      revokedAt: null,
      replacedBy: null,
      lastUsedAt: null,
      lastUsedAddress: null,
      lastUsedUserAgent: null,
    },
  };
}
