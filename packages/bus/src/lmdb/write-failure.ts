// What a failed LMDB write means for the caller of the bus.
import { BusError } from '../bus.ts';

/** LMDB's own: the map is full. System: no space, quota, file size limit. */
const FULL = new Set<unknown>([-30792, 28, 122, 27, 'MDB_MAP_FULL', 'ENOSPC', 'EDQUOT', 'EFBIG']);

/** `full` where the disk or the map is, else `unavailable`. The cause is under `commitError` of lmdb's error. */
export async function writeFailure(error: unknown): Promise<BusError> {
  if (error instanceof BusError) return error;
  const cause = await commitErrorOf(error);
  const reason = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (FULL.has(code) || /MAP_FULL|No space left|quota|File too large/i.test(reason)) {
    return new BusError('full', `The bus cannot be written: ${reason}. Free disk space.`, { cause });
  }
  return new BusError('unavailable', `The bus cannot be written: ${reason}.`, { cause });
}

/** Must be awaited even where nobody asks: lmdb rejects it on its own, which would end the process. */
async function commitErrorOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (cause) {
    return cause;
  }
}
