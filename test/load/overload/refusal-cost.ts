// What it costs the intake to refuse a request, beside what it costs to take it: two intakes in turn, one of which has never time.
import { cpuSeconds } from '@sazabi/load/process-cost';
import { say } from '../../support/say.ts';
import { sendStream } from './send-stream.ts';
import { type Server, startServer } from './server.ts';
import { poolOf } from './steps.ts';
import { median } from './table.ts';
import { otherwiseLine, type Sent, type Turn, takeTurn } from './turn.ts';

export interface RefusalCost {
  readonly batch: number;
  /** By round, of an intake that takes each request, and of one that takes none. */
  readonly accepted: readonly Turn[];
  readonly refused: readonly Turn[];
}

const FOR_MS = 1500;
const WARM_UP_MS = 500;

/** `rounds` turns of each for each batch size, by a closed loop of `connections`. */
export async function measureRefusalCost(
  batches: readonly number[],
  rounds: number,
  connections: number,
  core: number,
): Promise<RefusalCost[]> {
  say('two intakes start');
  const [taking, refusing] = [await startServer(1, core), await startServer(1, core, 'refusing')];
  try {
    const costs: RefusalCost[] = [];
    for (const batch of batches) {
      const [accepted, refused]: [Turn[], Turn[]] = [[], []];
      for (let round = 1; round <= rounds; round += 1) {
        const turn = (name: string, server: Server, status: number) =>
          takeTurn(`round ${round} of ${rounds}, batches of ${batch}, ${name}`, status, () =>
            sendTo(server, status, batch, connections),
          );
        accepted.push(await turn('accepted', taking, 202));
        refused.push(await turn('refused', refusing, 503));
      }
      costs.push({ batch, accepted, refused });
    }
    return costs;
  } finally {
    await taking.stop();
    await refusing.stop();
  }
}

async function sendTo(server: Server, status: number, batch: number, connections: number): Promise<Sent> {
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
  const asExpected = latenciesMs.get(status)?.length ?? 0;
  return { cpuSeconds: cpuSeconds(server.pid) - before, requests: due, asExpected };
}

export function refusalTable(costs: readonly RefusalCost[]): string {
  const medianUs = (turns: readonly Turn[]) => median(turns.map(({ requestUs }) => requestUs));
  const line = ({ batch, accepted, refused }: RefusalCost) =>
    `| ${batch} | ${medianUs(accepted).toFixed(0)} | ${medianUs(refused).toFixed(0)} | ${((100 * medianUs(refused)) / medianUs(accepted)).toFixed(0)} % |`;
  return [
    '| logs a request | accepted, CPU-µs | refused, CPU-µs | part |',
    '| --- | --- | --- | --- |',
    ...costs.map(line),
    ...otherwiseLine(costs.flatMap(({ accepted, refused }) => [...accepted, ...refused])),
  ].join('\n');
}
