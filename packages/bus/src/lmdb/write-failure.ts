// What a failed LMDB write means for the caller of the bus.
import { statfs } from 'node:fs/promises';
import { BusError } from '../bus.ts';
import type { Store } from './environment.ts';
import { FREE_DISK_BYTES_MIN } from './limits.ts';

/** MDB_MAP_FULL, and the system's ENOSPC, EFBIG and EDQUOT. */
const FULL_CODES = new Set<unknown>([-30792, 28, 27, 122]);

const MIB = 1024 * 1024;

/** `full` where the disk or the map is, else `unavailable`; in both nothing was written. */
export async function writeFailure(store: Store, error: unknown): Promise<BusError> {
  if (error instanceof BusError) return error;
  const cause = await commitErrorOf(error);
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const freeBytes = await freeDiskBytes(store);
  const hasRoom = freeBytes >= FREE_DISK_BYTES_MIN;
  if (FULL_CODES.has(code) || !hasRoom) {
    // LMDB calls a short write an I/O error: told of a full disk that would send the operator to look for a broken one.
    const why = hasRoom ? reason : `${(freeBytes / MIB).toFixed(1)} MiB free`;
    return new BusError(
      'full',
      `The disk of ${store.path} is full (${why}): free space there, or give it a larger disk; no restart is needed.`,
      { cause },
    );
  }
  return new BusError('unavailable', `The bus in ${store.path} cannot be written: ${reason}.`, { cause });
}

/** Whether the store refused, as opposed to a mistake in this program: LMDB's errors have its number or the commit's error. */
export function isStoreError(error: unknown): boolean {
  if (error instanceof BusError) return true;
  return error instanceof Error && ('commitError' in error || ('code' in error && typeof error.code === 'number'));
}

async function freeDiskBytes(store: Store): Promise<number> {
  const disk = await statfs(store.path).catch(() => null);
  return disk === null ? Number.POSITIVE_INFINITY : disk.bavail * disk.bsize;
}

/** lmdb's error has the cause in a promise. It must be awaited even where nobody asks: its rejection would end the process. */
async function commitErrorOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
