// Whether the intake can do its work, why not, and what its log says of that from the start on.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@sazabi/bus';
import type { Logger } from '@sazabi/lifecycle';
import type { KeySource } from './ingest/admission.ts';
import { READY_POLL_MS } from './limits.ts';

/** Resolves to why requests would be refused now, null where they are taken. */
export type NotReady = () => Promise<string | null>;

export async function readiness(bus: Bus, keys: KeySource, stopping: boolean): Promise<string | null> {
  if (stopping) return 'The intake is stopping.';
  if (keys.snapshot.receiptSecret() === null) return 'No keys are known yet: the API has not been reached.';
  return (await bus.writable()) ? null : 'The bus takes no records now.';
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
