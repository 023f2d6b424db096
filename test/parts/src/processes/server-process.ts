// A server as a child process: started, killed, stopped for a while and started again on the same data.
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { OUTPUT_CHARACTERS_SHOWN, START_DEADLINE_MS, STOP_DEADLINE_MS } from '../limits.ts';
import type { TestPart } from '../test-part.ts';
import { waitFor } from '../wait-for.ts';
import { livingOf, processTree } from './process-tree.ts';
import { startWatchdog } from './watchdog.ts';

export interface ServerOptions {
  /** For errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Its own: working directory and output go there, and it is deleted in the end. */
  readonly folder: string;
  /** What ends it so that it cleans up after itself. */
  readonly stopSignal: NodeJS.Signals;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether it answers; what it throws counts as no. */
  answers(): Promise<boolean>;
}

/** Starts it and waits until it answers. @throws Error with the end of its output */
export async function startServer(options: ServerOptions): Promise<TestPart> {
  const { name, folder } = options;
  const outputFile = join(folder, 'output.log');
  const watchdog = startWatchdog(folder, options.stopSignal);
  let child: ChildProcess | null = null;
  const pids = () => (child?.pid === undefined ? [] : processTree(child.pid));
  const ended = () => child?.pid === undefined || child.exitCode !== null || child.signalCode !== null;
  const signal = (which: NodeJS.Signals) => {
    const members = pids();
    // Before those that stop are told of: should this process die now, they are woken and ended.
    watchdog.watch(members);
    for (const pid of members) trySignal(pid, which);
  };

  const part: TestPart = {
    async kill() {
      const members = pids();
      for (const pid of members) trySignal(pid, 'SIGKILL');
      const gone = () => ended() && livingOf(members).length === 0;
      await waitFor(`the processes of ${name} are gone`, gone, STOP_DEADLINE_MS);
      watchdog.watch([]);
    },
    async start() {
      if (!ended()) throw new Error(`${name} runs already.`);
      child = launch(options, outputFile);
      watchdog.watch(child.pid === undefined ? [] : [child.pid]);
      let answered = false;
      const answersOrEnded = async () => {
        if (ended()) return true;
        answered = await options.answers();
        return answered;
      };
      try {
        await waitFor(`${name} answers`, answersOrEnded, START_DEADLINE_MS);
      } catch (cause) {
        throw new Error(`${name} does not answer.\n${tailOf(outputFile)}`, { cause });
      }
      if (!answered) throw new Error(`${name} ended before it answered.\n${tailOf(outputFile)}`);
    },
    pause: async () => signal('SIGSTOP'),
    resume: async () => signal('SIGCONT'),
    pids,
    async remove() {
      try {
        signal('SIGCONT');
        if (child?.pid !== undefined) trySignal(child.pid, options.stopSignal);
        await waitFor(`${name} ends`, ended, STOP_DEADLINE_MS).catch(() => undefined);
        await part.kill();
      } finally {
        watchdog.end();
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
  try {
    await part.start();
  } catch (error) {
    await part.remove();
    throw error;
  }
  return part;
}

function launch(options: ServerOptions, outputFile: string): ChildProcess {
  const output = openSync(outputFile, 'a');
  const child = spawn(options.command, options.args, {
    cwd: options.folder,
    detached: true,
    stdio: ['ignore', output, output],
    env: { PATH: process.env.PATH ?? '', ...options.environment },
    ...options.user,
  });
  closeSync(output);
  // A program that cannot be started has no pid; the reason stands where its output would.
  child.on('error', (error) => appendFileSync(outputFile, `${error}\n`));
  child.unref();
  return child;
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

function tailOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-OUTPUT_CHARACTERS_SHOWN);
  } catch {
    return '';
  }
}
