// <data>/processes.json: which processes this run is made of, for operators, for tests, and for the start after a kill -9.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '@sazabi/lifecycle';
import { z } from 'zod';
import { POLL_MS, PREDECESSOR_DEADLINE_MS } from './limits.ts';

const processSchema = z.object({
  name: z.string(),
  pid: z.number().int().positive(),
  /** When the process began, as the system counts; null where it does not tell. A pid alone may be another's by now. */
  began: z.string().nullable(),
});
type KnownProcess = z.infer<typeof processSchema>;

export interface ProcessTable {
  /** The process that is `name` from now on. */
  set(name: string, pid: number): void;
  /** An ordinary end leaves no table. */
  remove(): void;
}

/** Keeps the table in the folder up to date, from nothing. */
export function createProcessTable(dataDir: string): ProcessTable {
  const file = join(dataDir, 'processes.json');
  const known = new Map<string, KnownProcess>();
  return {
    set(name, pid) {
      known.set(name, { name, pid, began: stateOf(pid)?.began ?? null });
      writeFileSync(`${file}.new`, `${JSON.stringify([...known.values()], null, 1)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    remove: () => rmSync(file, { force: true }),
  };
}

/** The processes of the run whose supervisor wrote the table last; empty where there is none to read. */
export function readProcessTable(dataDir: string): readonly KnownProcess[] {
  try {
    return z.array(processSchema).parse(JSON.parse(readFileSync(join(dataDir, 'processes.json'), 'utf8')));
  } catch {
    // No table, or one cut short by a crash: then nothing is known, and ports and folders say themselves what is in use.
    return [];
  }
}

/**
 * Waits, with a deadline, for the parts of a predecessor that was killed: they end by themselves, and hold ports and folders till
 * then.
 */
export async function untilPredecessorIsGone(
  dataDir: string,
  logger: Logger,
  stopping: AbortSignal,
  deadlineMs = PREDECESSOR_DEADLINE_MS,
): Promise<void> {
  const before = readProcessTable(dataDir).filter((process) => process.name !== 'standalone');
  const deadline = performance.now() + deadlineMs;
  let told = false;
  for (;;) {
    const left = before.filter(isAlive);
    if (left.length === 0 || stopping.aborted) return;
    const parts = left.map(({ name, pid }) => `${name} (pid ${pid})`).join(', ');
    if (performance.now() > deadline) {
      logger.warn(
        { event: 'predecessor_still_there', parts },
        `Still there from the last run: ${parts}. Starting all the same.`,
      );
      return;
    }
    if (!told)
      logger.warn({ event: 'predecessor_ending', parts }, `Waiting for the last run's processes to end: ${parts}.`);
    told = true;
    await sleep(POLL_MS);
  }
}

function isAlive({ pid, began }: KnownProcess): boolean {
  const state = stateOf(pid);
  if (state !== null) return !state.ended && (began === null || state.began === began);
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux';
  } catch {
    return false;
  }
}

/** What Linux tells of a process in /proc/<pid>/stat (proc(5)): field 3 its state, field 22 when it began; else null. */
function stateOf(pid: number): { readonly ended: boolean; readonly began: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 2, the name, is in brackets and may hold spaces: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie that nobody has waited for is gone for us.
    return { ended: fields[0] === 'Z' || fields[0] === 'X', began: fields[19] ?? '' };
  } catch {
    return null;
  }
}
