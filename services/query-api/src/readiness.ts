// Ready only with both stores reachable; a store that does not answer in time counts as not.
import { setTimeout as wait } from 'node:timers/promises';
import type { ControlDb } from '@sazabi/control-db';
import type { ClickHouseClient } from '@sazabi/log-store';
import { READY_PROBE_MS } from './limits.ts';

/** Gives why the service is not ready, or null when it is. */
export function createReadiness(
  db: ControlDb,
  logStore: ClickHouseClient,
  isStarted: () => boolean,
): () => Promise<string | null> {
  return async () => {
    if (!isStarted()) return 'The control store does not answer yet.';
    const [control, logs] = await Promise.all([
      inTime(db.ping().then(() => true)),
      inTime(logStore.ping().then(({ success }) => success)),
    ]);
    if (!control) return 'The control store does not answer.';
    return logs ? null : 'The log store (ClickHouse) does not answer.';
  };
}

async function inTime(probe: Promise<boolean>): Promise<boolean> {
  const late = new AbortController();
  const timeout = wait(READY_PROBE_MS, false, { signal: late.signal, ref: false }).catch(() => false);
  const ok = await Promise.race([probe.catch(() => false), timeout]);
  late.abort();
  return ok;
}
