// Logs of a project of their own among a load, and how long it takes from the 202 of each until a query finds it.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Client, expectStatus } from '../../support/client.ts';

const MARKER_EVERY_MS = 100;
const QUERY_EVERY_MS = 200;
const FOUND_DEADLINE_MS = 60_000;

const projectSchema = z.object({ data: z.object({ id: z.string() }) });

export interface Markers {
  /** Sends one and waits until it is found: so is all that was acknowledged before it. @throws Error after a minute */
  passThrough(): Promise<void>;
  /**
   * Sends markers for so long and waits for all of them. Milliseconds from each 202 to the sending of the first query that found
   * it, ascending.
   */
  measure(forMs: number): Promise<Float64Array>;
}

/**
 * Makes the project and its key. Their rows lie apart, so that a look reads next to nothing: to look through the load's ten times a
 * second would be a large part of it.
 */
export async function createMarkers(client: Client): Promise<Markers> {
  const { id: projectId } = projectSchema.parse(
    await expectStatus(201, await client.api('POST', '/projects', { name: 'markers' })),
  ).data;
  const { key } = await client.createKey('public-keys', { name: 'markers', projectId, rateLimitPerMinute: null });
  /** When they were sent and acknowledged, by message; those that are not found yet, in the order that they were sent in. */
  const waiting = new Map<string, { readonly atMs: number; readonly acknowledgedMs: number }>();
  let sent = 0;
  const send = async (): Promise<void> => {
    sent += 1;
    const message = `marker ${sent}`;
    const atMs = Date.now();
    const { status } = await client.post([{ message, timestamp: new Date(atMs).toISOString() }], { key });
    if (status === 202) waiting.set(message, { atMs, acknowledgedMs: performance.now() });
  };
  /** Looks until none is waiting, and on while `more` says so. */
  const look = async (more: () => boolean): Promise<number[]> => {
    const found: number[] = [];
    for (let lastMs = performance.now(); more() || waiting.size > 0; await sleep(QUERY_EVERY_MS)) {
      const [oldest] = waiting.values();
      if (oldest === undefined) continue;
      const askedMs = performance.now();
      for (const { message } of await client.queryAll({ projectId, from: new Date(oldest.atMs).toISOString() })) {
        const marker = waiting.get(message);
        if (marker === undefined) continue;
        waiting.delete(message);
        found.push(askedMs - marker.acknowledgedMs);
        lastMs = askedMs;
      }
      if (askedMs - lastMs > FOUND_DEADLINE_MS) throw new Error(`${waiting.size} markers are not found after a minute`);
    }
    return found;
  };
  return {
    async passThrough() {
      await send();
      await look(() => false);
    },
    async measure(forMs) {
      const endMs = performance.now() + forMs;
      const looking = look(() => performance.now() < endMs);
      for (; performance.now() < endMs; await sleep(MARKER_EVERY_MS)) await send();
      return Float64Array.from(await looking).sort();
    },
  };
}
