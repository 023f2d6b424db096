// Pages held back for a full disk: LMDB writes new pages even to delete, so without them nothing could be freed.
import type { Store } from './environment.ts';
import { RESERVE_BYTES } from './limits.ts';

/** Sorts before every record, so that ranges of records never meet it. */
export const RESERVE_KEY = Buffer.from([0]);

/** Puts the reserve into a store that has none. */
export async function holdReserve(store: Store): Promise<void> {
  if (store.getBinary(RESERVE_KEY)?.byteLength !== RESERVE_BYTES)
    await store.put(RESERVE_KEY, Buffer.alloc(RESERVE_BYTES));
}

/**
 * Frees the reserve's pages for the deletions to come. The few pages that this takes itself are there since earlier
 * commits; LMDB lets the freed ones be used from the second commit after, so an almost empty one follows.
 */
export async function releaseReserve(store: Store): Promise<void> {
  await store.remove(RESERVE_KEY);
  await store.put(RESERVE_KEY, Buffer.alloc(0));
}

/** Leaves free pages in a small store that is only ever overwritten, so that it can be at any time. */
export async function makeFreePages(store: Store): Promise<void> {
  await store.put(RESERVE_KEY, Buffer.alloc(RESERVE_BYTES));
  await releaseReserve(store);
}
