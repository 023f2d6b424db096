// The real Sazabi for tests: standalone and its children as processes in a group of their own, on free ports and a temporary folder.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyControlStore } from '@sazabi/control-db/testing';
import { generateKey } from '@sazabi/keys';
import { chooseFreePort } from '@sazabi/lifecycle';
import { startWatchdog, type Watchdog } from '@sazabi/test-parts/watchdog';
import { groupIsAlive } from './processes.ts';
import { systemParts } from './system-parts.ts';
import { waitFor } from './wait-for.ts';

const STANDALONE = fileURLToPath(import.meta.resolve('@sazabi/standalone/main'));
/** A first start makes the control store, about 5 s of CPU; below the hooks' own time-out, so that the output is shown. */
const START_DEADLINE_MS = 55_000;
const STOP_DEADLINE_MS = 45_000;
/** Enough of the output to see why something failed. */
const OUTPUT_CHARACTERS_KEPT = 100_000;

export type ProcessName = 'standalone' | 'engine' | 'query-api' | 'consumer' | 'intake';

export interface SystemOptions {
  /** Kept after the test where it is given; else a temporary one that `stop` deletes. */
  readonly dataDir?: string;
  /** More settings; they win over those of the test system. */
  readonly environment?: Readonly<Record<string, string>>;
  /**
   * Whether the keys are given to it (then a test knows them at once) or made by it. Default true. Where it makes them, it
   * makes its control store too; else a new folder begins with a copy of an empty one, which saves 3 CPU-seconds.
   */
  readonly bootstrapKeys?: boolean;
}

export interface System {
  readonly intakeUrl: string;
  readonly apiUrl: string;
  readonly internalUrl: string;
  readonly publicKey: string;
  readonly secretKey: string;
  readonly internalToken: string;
  readonly dataDir: string;
  /** The settings that it runs with: enough to start it, or a part of it, by hand. */
  readonly environment: Readonly<Record<string, string>>;
  /** ClickHouse's own port with the consumer's user; another one after each restart. */
  clickHouseUrl(): string;
  /** The process as it is now; it changes when the supervisor restarts it. */
  pid(name: ProcessName): number;
  /** SIGKILL for one process. */
  kill(name: ProcessName): void;
  /** SIGKILL for the whole process group at once, as a power cut would; resolves when all are gone. */
  killTree(): Promise<void>;
  /** An ordinary stop; resolves with the exit code. The folder stays. */
  halt(): Promise<number | null>;
  /** Starts it again on the same folder and the same ports. */
  restart(): Promise<void>;
  /** Stops it for good and deletes the temporary folder. */
  stop(): Promise<void>;
  /** What it wrote lately, stdout and stderr. */
  output(): string;
}

interface Run {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  readonly clickHouseUrl: string;
}

/** Starts the whole and waits until it is ready. @throws Error with its output where it does not come up */
export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'sazabi-system-'));
  // By a signal this process ends without `stop`. What runs on a folder that is kept ends in order, by loss of IPC.
  const watchdog = options.dataDir === undefined ? startWatchdog(dataDir, 'SIGKILL') : null;
  const parts = await systemParts();
  const embedsStore = parts.environment.DATABASE_URL === undefined;
  if (embedsStore && options.dataDir === undefined && options.bootstrapKeys !== false) await copyControlStore(dataDir);
  const environment = await settings(dataDir, parts.environment, options);
  let output = '';
  const note = (text: string) => {
    output = (output + text).slice(-OUTPUT_CHARACTERS_KEPT);
  };
  const start = () => launch(environment, note, () => output, watchdog);
  let current = await start();
  const pid = (name: ProcessName) => processPid(dataDir, name);
  const groupIsGone = (group: number) =>
    waitFor('every process of the group is gone', () => !groupIsAlive(group), 15_000);
  const system: System = {
    intakeUrl: `http://127.0.0.1:${environment.INTAKE_PORT}`,
    apiUrl: `http://127.0.0.1:${environment.API_PORT}`,
    internalUrl: `http://127.0.0.1:${environment.INTERNAL_PORT}`,
    publicKey: environment.BOOTSTRAP_PUBLIC_KEY ?? '',
    secretKey: environment.BOOTSTRAP_SECRET_KEY ?? '',
    internalToken: environment.INTERNAL_TOKEN ?? '',
    dataDir,
    environment,
    clickHouseUrl: () => current.clickHouseUrl,
    pid,
    kill: (name) => void process.kill(pid(name), 'SIGKILL'),
    async killTree() {
      const group = current.child.pid ?? 0;
      process.kill(-group, 'SIGKILL');
      await current.exited;
      await groupIsGone(group);
    },
    async halt() {
      if (current.child.connected) current.child.send({ type: 'stop' });
      return await within(current.exited, STOP_DEADLINE_MS, () => `Sazabi did not stop.\n${output}`);
    },
    async restart() {
      current = await start();
    },
    async stop() {
      try {
        await system.halt();
      } finally {
        const group = current.child.pid ?? 0;
        if (groupIsAlive(group)) process.kill(-group, 'SIGKILL');
        await groupIsGone(group);
        await parts.remove();
        if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
        watchdog?.end();
      }
    },
    output: () => output,
  };
  return system;
}

async function settings(
  dataDir: string,
  parts: Readonly<Record<string, string>>,
  options: SystemOptions,
): Promise<Record<string, string>> {
  const port = async () => String(await chooseFreePort('127.0.0.1'));
  const keys =
    options.bootstrapKeys === false
      ? {}
      : {
          BOOTSTRAP_PUBLIC_KEY: generateKey('public', 'live'),
          BOOTSTRAP_SECRET_KEY: generateKey('secret', 'live'),
        };
  return {
    PATH: process.env.PATH ?? '',
    SAZABI_DATA_DIR: dataDir,
    INTAKE_PORT: await port(),
    INTAKE_INTERNAL_PORT: await port(),
    API_PORT: await port(),
    INTERNAL_PORT: await port(),
    CONSUMER_INTERNAL_PORT: await port(),
    INTERNAL_TOKEN: 'token-of-a-test-system-0123456789abcdef',
    ...keys,
    ...parts,
    ...options.environment,
  };
}

/** A group of its own (`detached`), so that all of it can be killed in one moment; it ends with this process by loss of IPC. */
async function launch(
  environment: Record<string, string>,
  note: (text: string) => void,
  output: () => string,
  watchdog: Watchdog | null,
): Promise<Run> {
  const child = fork(STANDALONE, [], {
    env: environment,
    execArgv: [],
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  if (child.pid !== undefined) watchdog?.watch([-child.pid]);
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', note);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const ready = new Promise<string>((resolve) =>
    child.on('message', (message) => {
      // Its reason, which it prints where it has no parent.
      if (Object(message).type === 'failed') note(`${Object(message).message}\n`);
      const details = Object(message).type === 'ready' ? Object(message).details : null;
      if (details !== null) resolve(String(details.clickHouseUrl));
    }),
  );
  // Not at its exit: what it wrote last, the reason, may still be on its way.
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const gone = closed.then((code) => {
    throw new Error(`Sazabi ended with code ${code} before it was ready.\n${output()}`);
  });
  gone.catch(() => undefined);
  const clickHouseUrl = await within(
    Promise.race([ready, gone]),
    START_DEADLINE_MS,
    () => `Sazabi was not ready.\n${output()}`,
  );
  return { child, exited, clickHouseUrl };
}

async function within<T>(promise: Promise<T>, deadlineMs: number, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what()} (after ${deadlineMs} ms)`)), deadlineMs);
  });
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function processPid(dataDir: string, name: ProcessName): number {
  const table: unknown = JSON.parse(readFileSync(join(dataDir, 'processes.json'), 'utf8'));
  const entry: unknown = Array.isArray(table) ? table.find((process) => process.name === name) : undefined;
  const pid: unknown = Object(entry).pid;
  if (typeof pid !== 'number') throw new Error(`processes.json knows no ${name}.`);
  return pid;
}
