// A peer's server as a child process: started, waited for, stopped.
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { waitFor } from '../../support/wait-for.ts';

const UP_DEADLINE_MS = 20_000;
const STOP_DEADLINE_MS = 15_000;
const OUTPUT_CHARACTERS_KEPT = 5_000;

export interface ServerProcess {
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts a server that listens at `url`, in whose folder it runs, and waits for any answer.
 * @throws Error with its output where it ends or does not answer
 */
export async function startServer(
  command: string,
  parameters: readonly string[],
  folder: string,
  url: string,
): Promise<ServerProcess> {
  const child = spawn(command, parameters, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-OUTPUT_CHARACTERS_KEPT);
    });
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    for (const event of ['exit', 'error'])
      child.once(event, () => {
        hasEnded = true;
        resolve();
      });
  });
  // Where the measurement ends early; nginx passes it on to its worker.
  const endWithUs = () => void child.kill('SIGTERM');
  process.once('exit', endWithUs);
  const server: ServerProcess = {
    pid: child.pid ?? 0,
    async stop() {
      process.removeListener('exit', endWithUs);
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
      await ended;
      clearTimeout(late);
    },
  };
  try {
    await Promise.race([
      waitFor(`${command} answers`, async () => !hasEnded && (await fetch(url)).status > 0, UP_DEADLINE_MS),
      ended.then(() => Promise.reject(new Error(`${command} ended.`))),
    ]);
  } catch (error) {
    await server.stop();
    const lastLine = output.trim().split('\n').at(-1);
    throw new Error(`${basename(command)} did not start: ${lastLine}`, { cause: error });
  }
  return server;
}
