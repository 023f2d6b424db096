// What every service's main.ts does: start, say so to the parent, stop on a signal or the parent's word, exit with a code.
import { StartupError } from './startup-error.ts';

/** A started service. `details` go to the parent with 'ready' (addresses, first keys); plain JSON. */
export interface Running {
  readonly details: Readonly<Record<string, unknown>>;
  /** Finishes what was accepted, then resolves; called once. */
  close(): Promise<void>;
  /** Rejects or resolves when the service cannot go on by itself; main then stops with code 1. */
  readonly failed?: Promise<never>;
}

/** Child → parent over IPC. */
export type ChildMessage =
  | { readonly type: 'ready'; readonly details: Readonly<Record<string, unknown>> }
  | { readonly type: 'failed'; readonly message: string };

/** Parent → child over IPC. Losing the channel means the same. */
export interface StopMessage {
  readonly type: 'stop';
}

/** A stop that takes longer than this is ended by exit code 1 (invariant I10 gives 10 s). */
export const STOP_DEADLINE_MS = 10_000;

/**
 * Runs a service as this process: `start`, 'ready' to the parent, then until SIGTERM, SIGINT, 'stop' or the loss of IPC.
 * With a parent (IPC) the terminal's signals are ignored: the parent stops its children in order.
 */
export async function runMain(start: () => Promise<Running>): Promise<void> {
  let stop: (code: number) => void = () => undefined;
  const stopping = new Promise<number>((resolve) => {
    stop = resolve;
  });
  const supervised = process.send !== undefined;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!supervised || !process.connected) stop(0);
    });
  }
  process.on('disconnect', () => stop(0));
  process.on('message', (message) => {
    if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'stop') stop(0);
  });

  const running = await start().catch((error: unknown) => fail(error));
  running.failed?.catch((error: unknown) => {
    report(error);
    stop(1);
  });
  tell({ type: 'ready', details: running.details });

  const code = await stopping;
  setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
  await running.close().catch((error: unknown) => fail(error));
  process.exit(code);
}

function tell(message: ChildMessage): void {
  if (process.connected) process.send?.(message);
}

/** One line for what an operator can mend, the stack for what is our own fault. */
function report(error: unknown): void {
  const text =
    error instanceof StartupError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`${text}\n`);
  tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
}

function fail(error: unknown): never {
  report(error);
  process.exit(1);
}
