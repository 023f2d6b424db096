// A service of ours as a child process: forked with IPC, told to stop by IPC, its output handed on line by line.
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { StartupError, type StopMessage } from '@sazabi/lifecycle';
import { childMessageSchema } from './child-message.ts';
import { LAST_LINES_KEPT, LAST_WORDS_MS, PART_STOP_DEADLINE_MS } from './limits.ts';
import { onLines } from './lines.ts';
import { type Part, PartEndedError, type PartStart, type RunningPart } from './part.ts';

export interface ServicePartOptions {
  readonly name: string;
  /** The file URL of the service's main module. */
  readonly main: string;
  /** All that the child gets of the environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Every line that the child writes. */
  readonly onLine: (line: string) => void;
  /** It has ended, and all that it wrote is told. */
  readonly onClosed?: () => void;
  readonly stopDeadlineMs?: number;
}

/** The part that runs `main`. */
export function servicePart(options: ServicePartOptions): Part {
  return { name: options.name, start: (start) => startService(options, start) };
}

async function startService(options: ServicePartOptions, start: PartStart): Promise<RunningPart> {
  const { stopDeadlineMs = PART_STOP_DEADLINE_MS } = options;
  start.stopping.throwIfAborted();
  const child = fork(fileURLToPath(options.main), [], {
    env: options.environment,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  if (child.pid !== undefined) start.spawned(child.pid);
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    onLines(stream, (line) => {
      lastLines.push(line);
      if (lastLines.length > LAST_LINES_KEPT) lastLines.shift();
      options.onLine(line);
    });

  let stopAsked = false;
  const ended = endOf(child);
  const closed = new Promise((resolve) => child.once('close', resolve));
  void closed.then(() => options.onClosed?.());
  const stop = async () => {
    stopAsked = true;
    await stopChild(child, ended, stopDeadlineMs);
  };
  const giveUp = () => void stop();
  start.stopping.addEventListener('abort', giveUp);
  const { outcome, failure } = listen(child);
  const details = await Promise.race([outcome, ended.then(() => null)]);
  start.stopping.removeEventListener('abort', giveUp);
  if (details === null || stopAsked) {
    const how = await ended;
    // What it wrote last may still be on its way to us.
    await Promise.race([closed, sleep(LAST_WORDS_MS)]);
    const message = failure()?.message ?? `it ${how}${tellingLine(lastLines)}`;
    if (failure()?.mendable) throw new StartupError(message);
    throw new PartEndedError(message);
  }
  const died = new Promise<string>((resolve) => {
    void ended.then((how) => {
      const failed = failure();
      if (!stopAsked) resolve(failed === null ? how : `failed: ${failed.message}`);
    });
  });
  return { pid: child.pid ?? 0, details, died, stop };
}

/** Of a crash's last lines the one that names the error, where there is one. */
function tellingLine(lines: readonly string[]): string {
  const line = lines.findLast((text) => /error|exception|fatal|fault/i.test(text)) ?? lines.at(-1);
  return line === undefined ? '' : `: ${line.trim()}`;
}

/** What the child says over IPC: 'ready' resolves `outcome`; the last 'failed' is kept. */
function listen(child: ChildProcess) {
  let failed: { readonly message: string; readonly mendable: boolean } | null = null;
  const outcome = new Promise<Readonly<Record<string, unknown>>>((resolve) => {
    child.on('message', (received) => {
      const message = childMessageSchema.safeParse(received).data;
      if (message?.type === 'ready') resolve(message.details);
      if (message?.type === 'failed') failed = message;
    });
  });
  return { outcome, failure: () => failed };
}

/** Resolves with how the child ended, in words. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => {
      if (child.pid === undefined) resolve(`could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exited with code ${code}` : `was ended by ${signal}`),
    );
  });
}

async function stopChild(child: ChildProcess, ended: Promise<string>, deadlineMs: number): Promise<void> {
  const stop: StopMessage = { type: 'stop' };
  // The child may be gone at this very moment: its end is what counts, not the failed send.
  if (child.connected) child.send(stop, () => undefined);
  const timer = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
  await ended;
  clearTimeout(timer);
}
