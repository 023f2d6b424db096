// Makes the engine's merges nicer than the rest of it. Its own setting for that (os_threads_nice_value_merge_mutate) does nothing without
// CAP_SYS_NICE, though none is needed to become nicer.
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { MERGE_THREADS, MERGES_NICER_BY, NICEST, WATCH_INTERVAL_MS } from '../limits.ts';

const THREADS = '/proc/self/task';
/** As the engine names them. */
const NAME = 'MergeMutate';

/** Resolves when it is done: the engine makes these threads with its first table, and keeps them. On other systems than Linux at once. */
export async function yieldMerges(): Promise<void> {
  if (process.platform !== 'linux') return;
  const nice = Math.min(NICEST, getPriority() + MERGES_NICER_BY);
  let threads = mergeThreads();
  for (; threads.length < MERGE_THREADS; threads = mergeThreads())
    await pause(WATCH_INTERVAL_MS, undefined, { ref: false });
  for (const id of threads) setPriority(id, nice);
}

function mergeThreads(): readonly number[] {
  return readdirSync(THREADS).map(Number).filter(isOfMerges);
}

function isOfMerges(id: number): boolean {
  try {
    return readFileSync(`${THREADS}/${id}/comm`, 'latin1').trim() === NAME;
  } catch {
    // It has ended since it was listed.
    return false;
  }
}
