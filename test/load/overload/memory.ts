// The whole system at full load for minutes: what the intake holds, every ten seconds, and whether it grows.
import { createClient } from '../../support/client.ts';
import { say } from '../../support/say.ts';
import { startSystem } from '../../support/system.ts';
import { quantile, sendStream } from './send-stream.ts';
import { type Memory, memoryOf } from './server.ts';
import type { RunSettings } from './steps.ts';

const LOOK_EVERY_MS = 10_000;
/** Looks before are not in the slope: pools and heap grow to what the load needs. */
const SETTLED_AFTER_MS = 60_000;

export interface MemoryRun {
  readonly logsPerSecond: number;
  readonly p99Ms: number;
  readonly peakMib: number;
  /** Growth of the resident size by least squares, in MiB a minute, after the first minute; null of fewer than two looks. */
  readonly slopeMibPerMinute: number | null;
  readonly refused: number;
}

/** A closed loop against the intake of a whole system; `told` is called at each look. */
export async function measureMemory(
  settings: RunSettings,
  forMs: number,
  told: (seconds: number, memory: Memory) => void,
): Promise<MemoryRun> {
  say('the system starts');
  const system = await startSystem();
  try {
    const { key } = await createClient(system).createKey('public-keys', { name: 'load', rateLimitPerMinute: null });
    say(`a closed loop for ${Math.round(forMs / 1000)} s`);
    const looks: { ms: number; mib: number }[] = [];
    const startedMs = performance.now();
    const look = () => {
      const memory = memoryOf(system.pid('intake'));
      const ms = performance.now() - startedMs;
      looks.push({ ms, mib: memory.residentMib });
      told(Math.round(ms / 1000), memory);
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    const { due, latenciesMs } = await sendStream({
      url: system.intakeUrl,
      key,
      pool: settings.pool,
      batch: settings.batch,
      perSecond: null,
      connections: settings.closedConnections,
      warmUpMs: 0,
      forMs,
    });
    clearInterval(timer);
    say('the system stops');
    const accepted = latenciesMs.get(202) ?? new Float64Array(0);
    return {
      logsPerSecond: (accepted.length * settings.batch) / (forMs / 1000),
      p99Ms: quantile(accepted, 0.99),
      peakMib: Math.max(0, ...looks.map(({ mib }) => mib)),
      slopeMibPerMinute: slope(looks.filter(({ ms }) => ms > SETTLED_AFTER_MS)),
      refused: due - accepted.length,
    };
  } finally {
    await system.stop();
  }
}

/** Of a line through the points by least squares, a minute. */
function slope(points: readonly { readonly ms: number; readonly mib: number }[]): number | null {
  if (points.length < 2) return null;
  const mean = (read: (point: { ms: number; mib: number }) => number) =>
    points.reduce((sum, point) => sum + read(point), 0) / points.length;
  const [ms, mib] = [mean((point) => point.ms), mean((point) => point.mib)];
  const above = points.reduce((sum, point) => sum + (point.ms - ms) * (point.mib - mib), 0);
  const below = points.reduce((sum, point) => sum + (point.ms - ms) ** 2, 0);
  return (60_000 * above) / below;
}
