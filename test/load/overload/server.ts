// The processes that an overload run starts beside the sender, each on its core where the machine lets us choose.
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startWatchdog } from '@sazabi/test-parts/watchdog';

export interface Server {
  readonly url: string;
  /** Each of a project of its own, without a limit. */
  readonly keys: readonly string[];
  readonly pid: number;
  readonly dataDir: string;
  stop(): Promise<void>;
}

export interface FsyncProbe {
  /** What was measured since the last call, in ascending order, in milliseconds. */
  take(): Float64Array;
  stop(): Promise<void>;
}

const script = (name: string) => fileURLToPath(import.meta.resolve(name));

/** An intake alone, on a bus that nobody reads, in a folder that is deleted with it; `refusing` = as if it had no time for anything. */
export async function startServer(
  keyCount: number,
  core: number,
  mood: 'taking' | 'refusing' = 'taking',
): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'sazabi-overload-'));
  const watchdog = startWatchdog(dataDir, 'SIGKILL');
  const child = fork(script('./intake-alone.ts'), [dataDir, String(keyCount), mood], { execArgv: [] });
  if (child.pid !== undefined) watchdog.watch([child.pid]);
  const exited = exitOf(child);
  const told: unknown = await Promise.race([new Promise((resolve) => child.once('message', resolve)), exited]);
  const { url, keys } = Object(told);
  if (typeof url !== 'string' || !Array.isArray(keys)) throw new Error('The intake did not start.');
  pin(child.pid ?? 0, core);
  return {
    url,
    keys,
    pid: child.pid ?? 0,
    dataDir,
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
      rmSync(dataDir, { recursive: true, force: true });
      watchdog.end();
    },
  };
}

/** Beside the server's own files. */
export function startFsyncProbe(folder: string, core: number): FsyncProbe {
  const child = fork(script('./fsync-probe.ts'), [join(folder, 'fsync-probe')], { execArgv: [] });
  const exited = exitOf(child);
  pin(child.pid ?? 0, core);
  let tookMs: number[] = [];
  child.on('message', (ms) => void tookMs.push(Number(ms)));
  return {
    take() {
      const taken = Float64Array.from(tookMs).sort();
      tookMs = [];
      return taken;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** All threads of a process onto one core. Without `taskset` they stay where they are. */
export function pin(pid: number, core: number): void {
  spawnSync('taskset', ['-a', '-c', '-p', String(core), String(pid)]);
}

export interface Memory {
  readonly residentMib: number;
  /** Of it what the process has made, without the pages of the bus's file. */
  readonly ownMib: number;
}

/** From /proc (Linux, proc_pid_status(5)). */
export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const mib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) / 1024;
  return { residentMib: mib('VmRSS'), ownMib: mib('RssAnon') };
}

function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
