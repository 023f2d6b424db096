// All public keys as an intake knows them, in memory: one Map look-up and the clock decide on a request.
import { ContractError } from '@sazabi/contract';
import type { PublicKeyEntry } from './key-entry.ts';
import { hashKey, parseKey } from './key-form.ts';
import { PRESENTED_KEYS_CACHED_MAX } from './limits.ts';
import { malformedKey, UNKNOWN_KEY, wrongKeyType } from './presented-key.ts';
import { createPresentedKeys } from './presented-keys.ts';

/** Place in the control store's stream of changes. */
export interface FeedPosition {
  readonly epoch: string;
  readonly seq: number;
}

/** Everything a snapshot consists of, as the feed or the disk gives it. */
export interface KeySnapshotState extends FeedPosition {
  readonly entries: readonly PublicKeyEntry[];
  /** Signs receipts. */
  readonly receiptSecret: Uint8Array;
}

export interface KeySnapshot {
  /** The key's entry, or the answer to give: malformed, unknown, revoked, expired or of the wrong type. Expiry is judged at `nowMs`. */
  lookUp(key: string, nowMs: number): PublicKeyEntry | ContractError;
  /** The id of a key that {@link lookUp} has just refused as revoked or expired; undefined for any other text. */
  keyIdOf(key: string): string | undefined;
  /** null until a snapshot has come, from the feed or from disk. */
  position(): FeedPosition | null;
  /** null until a snapshot has come. */
  receiptSecret(): Uint8Array | null;
  size(): number;
  state(): KeySnapshotState | null;
  /** Replaces everything at once: no request sees half of it. */
  replace(state: KeySnapshotState): void;
  /** Changes already known (`seq` not beyond the position) are ignored. @throws Error before the first snapshot */
  put(seq: number, entry: PublicKeyEntry): void;
  /** As {@link put}. */
  remove(seq: number, keyId: string): void;
  /** A resumed feed may bring a new secret. */
  setReceiptSecret(secret: Uint8Array): void;
}

/** An empty snapshot: `position()` is null and the intake answers 503 until it is filled. */
export function createKeySnapshot(): KeySnapshot {
  let byId = new Map<string, PublicKeyEntry>();
  let byHash = new Map<string, PublicKeyEntry>();
  let position: FeedPosition | null = null;
  let receiptSecret: Uint8Array | null = null;
  let presented = createPresentedKeys(PRESENTED_KEYS_CACHED_MAX);

  const find = (key: string): PublicKeyEntry | ContractError => {
    const known = presented.idOf(key);
    if (known !== undefined) return byId.get(known) ?? UNKNOWN_KEY;
    const wrong = wrongKeyType(key, 'public');
    if (wrong !== null) return wrong;
    if (!parseKey(key).ok) return malformedKey(key, 'public');
    const entry = byHash.get(hashKey(key));
    if (entry === undefined) return UNKNOWN_KEY;
    presented.remember(key, entry.keyId);
    return entry;
  };

  /** Whether the change is news; moves the position on. */
  const advance = (seq: number): boolean => {
    if (position === null) throw new Error('a change of a key came before the first snapshot');
    if (seq < position.seq) return false;
    position = { epoch: position.epoch, seq };
    return true;
  };
  const drop = (keyId: string): void => {
    const before = byId.get(keyId);
    if (before === undefined) return;
    byId.delete(keyId);
    if (byHash.get(before.hash)?.keyId === keyId) byHash.delete(before.hash);
  };

  return {
    lookUp(key, nowMs) {
      const entry = find(key);
      return entry instanceof ContractError ? entry : judge(entry, nowMs);
    },
    keyIdOf: (key) => presented.idOf(key),
    position: () => position,
    receiptSecret: () => receiptSecret,
    size: () => byId.size,
    state: () =>
      position === null || receiptSecret === null ? null : { ...position, receiptSecret, entries: [...byId.values()] },
    replace(state) {
      byId = new Map(state.entries.map((entry) => [entry.keyId, entry]));
      byHash = new Map(state.entries.map((entry) => [entry.hash, entry]));
      position = { epoch: state.epoch, seq: state.seq };
      receiptSecret = state.receiptSecret;
      presented = createPresentedKeys(PRESENTED_KEYS_CACHED_MAX);
    },
    put(seq, entry) {
      if (!advance(seq)) return;
      const before = byId.get(entry.keyId);
      if (before !== undefined && before.hash !== entry.hash) {
        drop(entry.keyId);
        presented = createPresentedKeys(PRESENTED_KEYS_CACHED_MAX);
      }
      byId.set(entry.keyId, entry);
      byHash.set(entry.hash, entry);
    },
    remove(seq, keyId) {
      if (advance(seq)) drop(keyId);
    },
    setReceiptSecret(secret) {
      receiptSecret = secret;
    },
  };
}

function judge(entry: PublicKeyEntry, nowMs: number): PublicKeyEntry | ContractError {
  // A revocation is final and holds whatever the clocks say; it wins over expiry.
  if (entry.revokedAtMs !== null) return revokedKey(entry.revokedAtMs);
  if (entry.expiresAtMs !== null && entry.expiresAtMs <= nowMs) return expiredKey(entry.expiresAtMs);
  return entry;
}

/** The answer to a revoked key. */
export function revokedKey(revokedAtMs: number): ContractError {
  const revokedAt = new Date(revokedAtMs).toISOString();
  return new ContractError(
    'API_KEY_REVOKED',
    `This key was revoked at ${revokedAt}. Use another one or make a new one.`,
    { revokedAt },
  );
}

/** The answer to an expired key. */
export function expiredKey(expiredAtMs: number): ContractError {
  const expiredAt = new Date(expiredAtMs).toISOString();
  return new ContractError('API_KEY_EXPIRED', `This key expired at ${expiredAt}. Use another one or make a new one.`, {
    expiredAt,
  });
}
