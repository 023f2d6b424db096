// What it costs the intake to refuse a request, beside what it costs to take it: two intakes in turn, one of which has never time.
import { cpuSeconds } from '@sazabi/load/process-cost';
import { sendStream } from './send-stream.ts';
import { type Server, startServer } from './server.ts';
import { poolOf } from './steps.ts';
import { median } from './table.ts';

export interface RefusalCost {
  readonly batch: number;
  /** CPU-microseconds of the process a request. */
  readonly acceptedUs: number;
  readonly refusedUs: number;
}

const FOR_MS = 1500;
const WARM_UP_MS = 500;

/** Medians of `rounds` turns for each batch size, by a closed loop of `connections`. */
export async function measureRefusalCost(
  batches: readonly number[],
  rounds: number,
  connections: number,
  core: number,
): Promise<RefusalCost[]> {
  const [taking, refusing] = [await startServer(1, core), await startServer(1, core, 'refusing')];
  try {
    const costs: RefusalCost[] = [];
    for (const batch of batches) {
      const [accepted, refused]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        accepted.push(await microsecondsOf(taking, 202, batch, connections));
        refused.push(await microsecondsOf(refusing, 503, batch, connections));
      }
      costs.push({ batch, acceptedUs: median(accepted), refusedUs: median(refused) });
    }
    return costs;
  } finally {
    await taking.stop();
    await refusing.stop();
  }
}

async function microsecondsOf(server: Server, status: number, batch: number, connections: number): Promise<number> {
  const pool = poolOf(batch, connections);
  const send = (forMs: number) =>
    sendStream({
      url: server.url,
      key: server.keys[0] ?? '',
      pool,
      batch,
      perSecond: null,
      connections,
      warmUpMs: 0,
      forMs,
    });
  await send(WARM_UP_MS);
  const before = cpuSeconds(server.pid);
  const { due, latenciesMs } = await send(FOR_MS);
  const seconds = cpuSeconds(server.pid) - before;
  const answered = latenciesMs.get(status)?.length ?? 0;
  if (answered < 0.95 * due) throw new Error(`${due - answered} of ${due} requests were not answered ${status}.`);
  return (seconds * 1e6) / due;
}

export function refusalTable(costs: readonly RefusalCost[]): string {
  const line = ({ batch, acceptedUs, refusedUs }: RefusalCost) =>
    `| ${batch} | ${acceptedUs.toFixed(0)} | ${refusedUs.toFixed(0)} | ${((100 * refusedUs) / acceptedUs).toFixed(0)} % |`;
  return [
    '| logs a request | accepted, CPU-µs | refused, CPU-µs | part |',
    '| --- | --- | --- | --- |',
    ...costs.map(line),
  ].join('\n');
}
