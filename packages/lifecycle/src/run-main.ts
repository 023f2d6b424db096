// What every service's main.ts does: start, say so to the parent, stop on a signal or the parent's word, exit with a code.
import { framesOf, safeMessage } from './describe-error.ts';
import { StartupError } from './startup-error.ts';

/** A started service. `details` go to the parent with 'ready' (addresses, first keys); plain JSON. */
export interface Running {
  readonly details: Readonly<Record<string, unknown>>;
  /** Finishes what was accepted, then resolves; called once. */
  close(): Promise<void>;
  /** Ends at once what close() ends in order; called on a second Ctrl-C, just before the process exits. */
  kill?(): void;
  /** Rejects when the service cannot go on by itself; main then stops with code 1. */
  readonly failed?: Promise<never>;
}

/** Child → parent over IPC. `mendable`: a StartupError, which the operator can mend; the message is one line then. */
export type ChildMessage =
  | { readonly type: 'ready'; readonly details: Readonly<Record<string, unknown>> }
  | { readonly type: 'failed'; readonly message: string; readonly mendable: boolean };

/** Parent → child over IPC. Losing the channel means the same. */
export interface StopMessage {
  readonly type: 'stop';
}

export interface RunMainOptions {
  /** A stop that takes longer is ended with exit code 1. */
  readonly stopDeadlineMs?: number;
}

/** A service stops within this time (invariant I10). */
export const STOP_DEADLINE_MS = 10_000;

/** A start that was told to stop and does not settle within this time is cut off: it has accepted nothing yet. */
export const START_CUT_OFF_MS = 2_000;

/** npm sends on the Ctrl-C that the terminal has sent already: a second one counts only after this time. */
const SAME_CTRL_C_MS = 500;

/** The exit code of a shell's command that Ctrl-C ended. */
const EXIT_INTERRUPTED = 130;

/**
 * Runs a service as this process: `start`, 'ready' to the parent, then until SIGTERM, SIGINT, 'stop' or the loss of IPC.
 * With a parent (IPC) the signals are ignored: the parent stops its children in order. `start` gets a signal that aborts
 * when the stop comes first; it should give up then, and is cut off where it does not.
 */
export async function runMain(
  start: (stopping: AbortSignal) => Promise<Running>,
  options: RunMainOptions = {},
): Promise<void> {
  // A dead parent's pipe must not end us in mid-stop; pino's own stream ignores a broken pipe too.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  let running: Running | undefined;
  const stopping = new AbortController();
  const stopped = new Promise<number>((resolve) => {
    const stop = () => {
      if (stopping.signal.aborted) return;
      stopping.abort();
      resolve(0);
      if (running === undefined) setTimeout(() => running ?? process.exit(0), START_CUT_OFF_MS).unref();
    };
    listenForStop(stop, () => running?.kill?.());
  });

  // Async around it, as `start` may throw before it has a promise to give: the settings are parsed there.
  const service = await (async () => start(stopping.signal))().catch((error: unknown) =>
    stopping.signal.aborted ? process.exit(0) : fail(error),
  );
  running = service;
  const failed = new Promise<number>((resolve) => {
    service.failed?.catch((error: unknown) => {
      // What fails because it is stopped is no news.
      if (!stopping.signal.aborted) void report(error).then(() => resolve(1));
    });
  });
  await tell({ type: 'ready', details: service.details });

  const code = await Promise.race([stopped, failed]);
  setTimeout(() => process.exit(1), options.stopDeadlineMs ?? STOP_DEADLINE_MS).unref();
  await service.close().catch(fail);
  process.exit(code);
}

/** Calls `stop` for everything that means it, and `kill` before a second Ctrl-C ends the process. */
function listenForStop(stop: () => void, kill: () => void): void {
  let firstAtMs: number | undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (process.connected) return;
      const nowMs = performance.now();
      firstAtMs ??= nowMs;
      if (signal === 'SIGINT' && nowMs - firstAtMs > SAME_CTRL_C_MS) {
        kill();
        process.exit(EXIT_INTERRUPTED);
      }
      stop();
    });
  }
  process.on('disconnect', stop);
  process.on('message', (message) => {
    if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'stop') stop();
  });
  // A parent that went while this process loaded: that was told before anybody listened, and a 'stop' before it is lost as well.
  if (process.connected === false) stop();
}

/** Resolves when the message has left this process (an exit right after it would lose it), or nobody is there to read it. */
function tell(message: ChildMessage): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) return resolve();
    process.send?.(message, undefined, undefined, () => resolve());
  });
}

/**
 * One line for what an operator can mend, the frames for what is our own fault, without a message that may quote values.
 * A parent shows the line itself, so it is not written here as well.
 */
async function report(error: unknown): Promise<void> {
  const line = error instanceof StartupError ? error.message : fullDisk(error);
  const mendable = line !== null;
  const message = line ?? safeMessage(error);
  const frames = mendable || !(error instanceof Error) ? [] : framesOf(error);
  const text = [mendable ? message : `Error: ${message}`, ...frames].join('\n');
  if (!mendable || !process.connected) process.stderr.write(`${text}\n`);
  await tell({ type: 'failed', message, mendable });
}

/** Of a full disk, where nobody else tells of it: a parent tries its parts again. */
function fullDisk(error: unknown): string | null {
  if (process.connected || !(error instanceof Error) || !('code' in error)) return null;
  if (error.code !== 'ENOSPC' && error.code !== 'EDQUOT') return null;
  const where = 'path' in error ? `of ${error.path}` : 'of the data folder (SAZABI_DATA_DIR)';
  return `The disk ${where} is full (${error.code}): free space there, then start again.`;
}

async function fail(error: unknown): Promise<never> {
  await report(error);
  process.exit(1);
}
