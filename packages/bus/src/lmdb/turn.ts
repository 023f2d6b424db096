// Which process appends: each of several may, one at a time. A turn is a numbered key; whoever makes the next one has it, and
// every append is made on the condition that there is no later one. So what was claimed on the strength of an older turn
// (offsets, room) is never stored, and the next turn begins with the store as it is.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from './environment.ts';
import { TURN_MS_MIN, TURNS_KEPT } from './limits.ts';
import { freshSnapshot } from './records.ts';

/** Behind the reserve's key, in front of all records: their offsets are 1 or more. */
const PREFIX_BYTES = 8;
const KEY_BYTES = PREFIX_BYTES + 8;
const NOTHING = Buffer.alloc(0);

export interface Turn {
  /** The number of this process's turn; null where it has none, as far as it knows. */
  current(): number | null;
  /** Takes the next turn; `begun` is called in the moment it is ours. At once where nobody took ours lately. */
  take(): Promise<void>;
  /** Runs `write`, to be stored only while the turn is the latest. @throws the store's error */
  during(turn: number, write: () => Promise<boolean>): Promise<boolean>;
  /** Somebody has taken a later turn than this one. */
  lost(turn: number): void;
}

/** @param begun called when a turn of this process begins */
export function createTurn(store: Store, begun: () => void): Turn {
  let current: number | null = null;
  let lostAtMs = Number.NEGATIVE_INFINITY;
  let taking: Promise<void> | null = null;

  const take = async () => {
    // The other has had its turn for a moment, too: two that take it from one another would never append.
    const waitMs = lostAtMs + TURN_MS_MIN * (1 + Math.random()) - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    for (;;) {
      const next = latestTurn(store) + 1;
      const writes: Promise<boolean>[] = [];
      const taken = store.ifNoExists(turnKey(next), () => {
        writes.push(store.put(turnKey(next), NOTHING));
        if (next > TURNS_KEPT) writes.push(store.remove(turnKey(next - TURNS_KEPT)));
      });
      await Promise.all(writes);
      if (!(await taken)) continue;
      current = next;
      begun();
      return;
    }
  };
  return {
    current: () => current,
    take() {
      taking ??= take().finally(() => {
        taking = null;
      });
      return taking;
    },
    async during(turn, write) {
      const writes: Promise<boolean>[] = [];
      const isLatest = store.ifNoExists(turnKey(turn + 1), () => {
        writes.push(write());
      });
      const [held, stored] = await Promise.all([isLatest, ...writes]);
      return held && stored === true;
    },
    lost(turn) {
      if (current !== turn) return;
      current = null;
      lostAtMs = performance.now();
    },
  };
}

function latestTurn(store: Store): number {
  freshSnapshot(store);
  const end = Buffer.alloc(PREFIX_BYTES);
  for (const key of store.getKeys({ reverse: true, start: turnKey(Number.MAX_SAFE_INTEGER), end, limit: 1 })) {
    return key.byteLength === KEY_BYTES ? Number(key.readBigUInt64BE(PREFIX_BYTES)) : 0;
  }
  return 0;
}

function turnKey(turn: number): Buffer {
  const key = Buffer.alloc(KEY_BYTES);
  key.writeBigUInt64BE(BigInt(turn), PREFIX_BYTES);
  return key;
}
