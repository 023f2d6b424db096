// Whether the intake can do its work, why not, and what its log says of that from the start on.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, NotWritable, SpoolingBus } from '@sazabi/bus';
import type { Logger } from '@sazabi/lifecycle';
import type { KeySource } from './ingest/admission.ts';
import { READY_POLL_MS } from './limits.ts';

const WHAT_IS_WRONG: Readonly<Record<NotWritable['kind'], string>> = {
  unreached: 'The bus was never reached',
  full: 'The spool is full or cannot be written, and the bus takes no records',
  closed: 'The bus is closed',
};

/** Resolves to why requests would be refused now, null where they are taken. */
export type NotReady = () => Promise<string | null>;

export interface ReadinessOptions {
  readonly bus: Bus;
  /** null where the bus has none. */
  readonly spool: SpoolingBus | null;
  readonly keys: KeySource;
  readonly isStopping: boolean;
  /** Whether the answer tells what the bus failed with, addresses and all: not on the public port. */
  readonly forOperator: boolean;
}

export async function readiness({
  bus,
  spool,
  keys,
  isStopping,
  forOperator,
}: ReadinessOptions): Promise<string | null> {
  if (isStopping) return 'The intake is stopping.';
  if (keys.snapshot.receiptSecret() === null) return 'No keys are known yet: the API has not been reached.';
  if (spool === null)
    return (await bus.writable())
      ? null
      : 'The bus takes no records now: its disk or its bound may be full, the log says which.';
  const found = await spool.notWritable();
  if (found === null) return null;
  const what = WHAT_IS_WRONG[found.kind];
  return forOperator ? `${what}: ${found.why ?? 'no failure is known yet.'}` : `${what}.`;
}

/**
 * One line when the intake listens without being ready, one as soon as it is ready for the first time.
 * @returns ends it; resolves when nothing is asked any more
 */
export async function tellWhenReady(
  logger: Logger,
  addresses: object,
  notReady: NotReady,
): Promise<() => Promise<void>> {
  const ready = () => logger.info({ event: 'intake_ready', ...addresses }, 'Intake ready.');
  const why = await notReady();
  if (why === null) {
    ready();
    return async () => {};
  }
  logger.warn({ event: 'intake_listening', ...addresses }, `The intake listens; it is not ready yet: ${why}`);
  const closing = new AbortController();
  const { signal } = closing;
  // What fails now is asked again: /readyz tells it too.
  const isReady = () =>
    notReady().then(
      (reason) => reason === null,
      () => false,
    );
  const becomesReady = async () => {
    do await sleep(READY_POLL_MS, undefined, { signal, ref: false });
    while (!(await isReady()));
    if (!signal.aborted) ready();
  };
  // It rejects at the close only, out of the wait.
  const told = becomesReady().catch(() => undefined);
  return async () => {
    closing.abort();
    await told;
  };
}
