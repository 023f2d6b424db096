// One service as a process of its own, from its main.ts: started, killed, paused and started again on the same ports.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait-for.ts';

const READY_DEADLINE_MS = 60_000;
/** A service stops within 10 s (I10) on an idle machine; here several may do so at once. */
const STOP_DEADLINE_MS = 45_000;

/** What can be killed and paused: a service, or a part that services stand on. */
export interface Victim {
  readonly name: string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** After kill. A part answers when this resolves; a service is only spawned, see its `ready`. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  pids(): readonly number[];
}

export interface ServiceProcess extends Victim {
  /** `/readyz` and `/metrics` are here. */
  readonly internalUrl: string;
  readonly logFile: string;
  /** Resolves when `/readyz` says so. @throws Error with its own reason after the deadline */
  ready(deadlineMs?: number): Promise<void>;
  /** One metric's values summed over its labels; null where it does not answer or knows none of the name. */
  metric(name: string): Promise<number | null>;
  /** An ordinary stop; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** How it ended without having been killed or stopped by us, one line for each time. */
  readonly ownEnds: readonly string[];
}

export interface ServiceOptions {
  readonly name: string;
  /** The specifier of its main module, such as `@sazabi/intake/main`. */
  readonly main: string;
  /** All that it gets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly internalUrl: string;
  readonly internalToken: string;
  /** Everything it writes is appended here, over all its starts. */
  readonly logFile: string;
}

interface Life {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  asked: boolean;
}

/** Starts it; not yet ready. */
export function startService(options: ServiceOptions): ServiceProcess {
  const ownEnds: string[] = [];
  let life = spawnService(options, ownEnds);
  const get = (path: string) =>
    fetch(`${options.internalUrl}${path}`, {
      headers: { authorization: `Bearer ${options.internalToken}` },
      signal: AbortSignal.timeout(5_000),
    });
  const end = async (signal: () => void): Promise<void> => {
    life.asked = true;
    signal();
    await life.ended;
  };
  return {
    name: options.name,
    internalUrl: options.internalUrl,
    logFile: options.logFile,
    ownEnds,
    pids: () => (life.child.pid === undefined || hasEnded(life.child) ? [] : [life.child.pid]),
    kill: () => end(() => void life.child.kill('SIGKILL')),
    async start() {
      await life.ended;
      life = spawnService(options, ownEnds);
    },
    pause: async () => void life.child.kill('SIGSTOP'),
    resume: async () => void life.child.kill('SIGCONT'),
    ready: (deadlineMs = READY_DEADLINE_MS) =>
      waitFor(`${options.name} is ready (${options.logFile})`, () => isReady(get), deadlineMs).then(() => undefined),
    metric: (name) => readMetric(get, name),
    async stop() {
      const late = setTimeout(() => life.child.kill('SIGKILL'), STOP_DEADLINE_MS);
      // A paused process reads no message.
      await end(() => {
        life.child.kill('SIGCONT');
        if (life.child.connected) life.child.send({ type: 'stop' }, () => undefined);
      });
      clearTimeout(late);
      return life.child.exitCode;
    },
  };
}

/** With IPC: so that it ends with this process, however this ends. */
function spawnService(options: ServiceOptions, ownEnds: string[]): Life {
  const child = fork(fileURLToPath(import.meta.resolve(options.main)), [], {
    env: options.environment,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  log.write(`--- ${new Date().toISOString()} ${options.name} started, process ${child.pid}\n`);
  for (const stream of [child.stdout, child.stderr]) stream?.pipe(log, { end: false });
  // Why it cannot go on is told to a parent, not written.
  child.on('message', (message) => {
    if (Object(message).type === 'failed') log.write(`--- failed: ${Object(message).message}\n`);
  });
  const closed = once(child, 'close');
  const life: Life = { child, ended: closed.then(() => finished(log)), asked: false };
  void closed.then(([code, signal]) => {
    log.end(`--- ${new Date().toISOString()} ended: code ${code}, signal ${signal}\n`);
    if (!life.asked) ownEnds.push(`${options.name} ended by itself: code ${code}, signal ${signal}`);
  });
  return life;
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

async function isReady(get: (path: string) => Promise<Response>): Promise<true> {
  const response = await get('/readyz');
  const text = await response.text();
  if (response.status !== 200) throw new Error(`not ready: ${text}`);
  return true;
}

async function readMetric(get: (path: string) => Promise<Response>, name: string): Promise<number | null> {
  const text = await get('/metrics').then(
    (response) => response.text(),
    () => '',
  );
  const values = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}
