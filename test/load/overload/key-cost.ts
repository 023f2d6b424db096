// What a request costs with few keys in the snapshot and with many: two intakes in turn, each sent to by ten of its keys.
import { cpuSeconds } from '@sazabi/load/process-cost';
import { requestBytes, sendRequests } from '../send-requests.ts';
import { prepareBodies } from '../workload.ts';
import { type Server, startServer } from './server.ts';
import { median } from './table.ts';

const KEY_COUNTS = [10, 100_000] as const;
/** Of each snapshot so many keys send in turns, spread over all of it. */
const SENDING = 10;
const REQUESTS_MAX = 40_000;
const LOGS_MAX = 400_000;
/** Each turn sends this part before its clock starts. */
const WARM_UP_SHARE = 0.25;

export interface KeyCost {
  readonly keys: number;
  /** CPU-microseconds of the process a request, by round. */
  readonly requestUs: readonly number[];
}

/** By a closed loop of `connections`; the two take turns, A B, B A, … */
export async function measureKeyCost(
  batch: number,
  rounds: number,
  connections: number,
  core: number,
): Promise<KeyCost[]> {
  const count = Math.min(REQUESTS_MAX, Math.ceil(LOGS_MAX / batch));
  const bodies = prepareBodies({ logs: count * batch, batch, connections, seed: 1, settleMs: 0 }).slice(0, count);
  const servers: Server[] = [];
  try {
    for (const keys of KEY_COUNTS) servers.push(await startServer(keys, core));
    const sides = servers.map((server) => ({
      server,
      requests: requestsTo(server, bodies),
      requestUs: [] as number[],
    }));
    for (let round = 0; round < rounds; round += 1) {
      for (const { server, requests, requestUs } of round % 2 === 0 ? sides : sides.toReversed())
        requestUs.push(await microsecondsOf(server, requests, connections));
    }
    return sides.map(({ server, requestUs }) => ({ keys: server.keys.length, requestUs }));
  } finally {
    for (const server of servers) await server.stop();
  }
}

function requestsTo({ url, keys }: Server, bodies: readonly Buffer[]): Buffer[] {
  const target = new URL('/v1/logs', url);
  const step = keys.length / SENDING;
  return bodies.map((body, at) => requestBytes(target, { 'x-sazabi-key': keys[(at % SENDING) * step] ?? '' }, body));
}

async function microsecondsOf(server: Server, requests: readonly Buffer[], connections: number): Promise<number> {
  const { hostname: host, port } = new URL(server.url);
  const send = (from: number, count: number) =>
    sendRequests({ host, port: Number(port), connections, requests, from, count });
  const warmUp = Math.ceil(requests.length * WARM_UP_SHARE);
  await send(0, warmUp);
  const before = cpuSeconds(server.pid);
  await send(warmUp, requests.length);
  return ((cpuSeconds(server.pid) - before) * 1e6) / requests.length;
}

export function keyTable(costs: readonly KeyCost[]): string {
  const first = median(costs[0]?.requestUs ?? []);
  const line = ({ keys, requestUs }: KeyCost) =>
    `| ${keys} | ${median(requestUs).toFixed(1)} | ${(median(requestUs) / first).toFixed(2)} | ${requestUs.map((us) => us.toFixed(1)).join(', ')} |`;
  return [
    '| keys in the snapshot | CPU-µs a request | ÷ first | rounds |',
    '| --- | --- | --- | --- |',
    ...costs.map(line),
  ].join('\n');
}
