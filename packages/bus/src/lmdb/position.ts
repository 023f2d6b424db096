// The consumer's committed position, in an environment of its own so that commits never wait for appends.
import type { Offset } from '../bus.ts';
import type { Store } from './environment.ts';
import { freshSnapshot } from './records.ts';

const POSITION_KEY = Buffer.from('position');

/** The offset to go on from, or null where nothing was ever committed. */
export function committedPosition(store: Store): Offset | null {
  freshSnapshot(store);
  const bytes = store.getBinary(POSITION_KEY);
  return bytes === undefined ? null : Number(bytes.readBigUInt64BE(0));
}

/** Durable when it resolves. */
export async function commitPosition(store: Store, next: Offset): Promise<void> {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(next));
  await store.put(POSITION_KEY, bytes);
}
