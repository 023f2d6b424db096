// What a request costs with few keys in the snapshot and with many: two intakes in turn, each sent to by ten of its keys.
import { cpuSeconds } from '@sazabi/load/process-cost';
import { say } from '../../support/say.ts';
import { requestBytes, sendRequests } from '../send-requests.ts';
import { prepareBodies } from '../workload.ts';
import { type Server, startServer } from './server.ts';
import { median } from './table.ts';
import { otherwiseLine, type Sent, type Turn, takeTurn } from './turn.ts';

const KEY_COUNTS = [10, 100_000] as const;
/** Of each snapshot so many keys send in turns, spread over all of it. */
const SENDING = 10;
const REQUESTS_MAX = 40_000;
const LOGS_MAX = 400_000;
/** Each turn sends this part before its clock starts. */
const WARM_UP_SHARE = 0.25;

export interface KeyCost {
  readonly keys: number;
  /** By round. */
  readonly turns: readonly Turn[];
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
    for (const keys of KEY_COUNTS) {
      say(`an intake with ${keys} keys starts`);
      servers.push(await startServer(keys, core));
    }
    const sides = servers.map((server) => ({
      server,
      requests: requestsTo(server, bodies),
      turns: [] as Turn[],
    }));
    for (let round = 0; round < rounds; round += 1) {
      for (const { server, requests, turns } of round % 2 === 0 ? sides : sides.toReversed()) {
        const name = `round ${round + 1} of ${rounds}, ${server.keys.length} keys`;
        turns.push(await takeTurn(name, 202, () => sendTo(server, requests, connections)));
      }
    }
    return sides.map(({ server, turns }) => ({ keys: server.keys.length, turns }));
  } finally {
    for (const server of servers) await server.stop();
  }
}

function requestsTo({ url, keys }: Server, bodies: readonly Buffer[]): Buffer[] {
  const target = new URL('/v1/logs', url);
  const step = keys.length / SENDING;
  return bodies.map((body, at) => requestBytes(target, { 'x-sazabi-key': keys[(at % SENDING) * step] ?? '' }, body));
}

async function sendTo(server: Server, requests: readonly Buffer[], connections: number): Promise<Sent> {
  const { hostname: host, port } = new URL(server.url);
  let asExpected = requests.length;
  const send = (from: number, count: number, notTaken: () => void) =>
    sendRequests({ host, port: Number(port), connections, requests, from, count, notTaken });
  const warmUp = Math.ceil(requests.length * WARM_UP_SHARE);
  await send(0, warmUp, () => undefined);
  const before = cpuSeconds(server.pid);
  await send(warmUp, requests.length, () => {
    asExpected -= 1;
  });
  return { cpuSeconds: cpuSeconds(server.pid) - before, requests: requests.length, asExpected };
}

export function keyTable(costs: readonly KeyCost[]): string {
  const medianUs = (turns: readonly Turn[]) => median(turns.map(({ requestUs }) => requestUs));
  const first = medianUs(costs[0]?.turns ?? []);
  const line = ({ keys, turns }: KeyCost) =>
    `| ${keys} | ${medianUs(turns).toFixed(1)} | ${(medianUs(turns) / first).toFixed(2)} | ${turns.map(({ requestUs }) => requestUs.toFixed(1)).join(', ')} |`;
  return [
    '| keys in the snapshot | CPU-µs a request | ÷ first | rounds |',
    '| --- | --- | --- | --- |',
    ...costs.map(line),
    ...otherwiseLine(costs.flatMap(({ turns }) => turns)),
  ].join('\n');
}
