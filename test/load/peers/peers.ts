// What a log costs us and what it costs others: every peer and ours in one run, in turn, under the same load.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOptions } from '../../support/read-options.ts';
import { findPeers } from './find-peers.ts';
import { findProgram } from './find-program.ts';
import { LOAD_NAMES, type LoadName, turnsOf } from './lines.ts';
import { type Measurement, type MeasureOptions, measure, withPeer } from './measure.ts';
import type { LeftOut, Peer, RunningPeer } from './peer.ts';
import { tablesOf } from './tables.ts';

const HELP = `npm run bench:peers -- [--rounds 1] [--seconds 4] [--warm-up 2] [--connections 32] [--seed 1]
                       [--loads '1,10,100,1000,100 gzip'] [--peers nginx,victoria-logs,…] [--json]

Starts each peer and our system (embedded, LMDB) in turn, sends each the same logs by wrk on loopback and prints
CPU-seconds of the server's processes per million acknowledged logs, from /proc, with what an acknowledgement means.
Ours is measured before, between and after the peers of each column; a ratio is taken to ours nearest in time.

Needs Linux and wrk. nginx is measured where it is installed; VictoriaLogs and the OpenTelemetry Collector are built with Go
the first time, a few minutes, into node_modules/.cache/peers. What is missing is named at the end and left out.
About 14 minutes with the default settings; --loads and --peers choose parts. Exit code 1 where nothing could be measured.`;

const say = (line: string) => void process.stderr.write(`${line}\n`);

/** One column of the table: our system stays up for it, each peer is started anew. */
async function measureColumn(load: LoadName, round: number, peers: readonly Peer[], options: MeasureOptions) {
  const folder = mkdtempSync(join(tmpdir(), 'peers-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const measurements: Measurement[] = [];
  const failures: LeftOut[] = [];
  const byId = new Map(peers.map((peer) => [peer.id, peer]));
  const ours = byId.get('sazabi');
  if (ours === undefined) throw new RangeError('Ours is always measured.');
  const take = async (measured: Promise<Measurement>) => {
    const measurement = await measured;
    measurements.push(measurement);
    const { peer, encoding, cpuAtAnswer, cpuInAll } = measurement;
    const name = `${peer} ${encoding}`.padEnd(32);
    const seconds = Math.round(performance.now() / 1000);
    say(`${String(seconds).padStart(4)} s  ${load.padEnd(9)}${name}${cpuAtAnswer.toFixed(2)} / ${cpuInAll.toFixed(2)}`);
  };
  try {
    await withPeer(ours, folder, async (running: RunningPeer) => {
      for (const { peer: id, encoding } of turnsOf(load, new Set(byId.keys()))) {
        const peer = byId.get(id);
        if (peer === undefined) continue;
        const turn = { peer, encoding, load, round, folder };
        try {
          if (peer === ours) {
            const isWarm = measurements.some((earlier) => earlier.peer === ours.id);
            await take(measure({ ...turn, running, isWarm }, options));
          } else
            await withPeer(peer, folder, (theirs) =>
              take(measure({ ...turn, running: theirs, isWarm: false }, options)),
            );
        } catch (error) {
          failures.push({ name: `${peer.name}, ${encoding}, ${load} a request`, reason: String(error) });
          say(String(error));
        }
      }
    });
  } finally {
    process.removeListener('exit', remove);
    remove();
  }
  return { measurements, failures };
}

const { values } = readOptions({
  options: {
    rounds: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '4' },
    'warm-up': { type: 'string', default: '2' },
    connections: { type: 'string', default: '32' },
    seed: { type: 'string', default: '1' },
    loads: { type: 'string', default: LOAD_NAMES.join(',') },
    peers: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const write = (text: string) => void process.stdout.write(`${text}\n`);
const loads = LOAD_NAMES.filter((load) => values.loads.split(',').includes(load));
if (values.help || loads.length === 0) {
  write(HELP);
  process.exit(values.help ? 0 : 2);
}
if (findProgram('wrk') === null) {
  say('wrk drives the load and is not installed; on Debian it is in the package wrk.');
  process.exit(1);
}
const options: MeasureOptions = {
  seconds: Number(values.seconds),
  warmUpSeconds: Number(values['warm-up']),
  connections: Number(values.connections),
  seed: Number(values.seed),
};
// By default a signal ends this process without its exit handlers, which end the peers.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const { peers, leftOut } = findPeers(values.peers?.split(','), say);
const measurements: Measurement[] = [];
const missing: LeftOut[] = [...leftOut];
for (let round = 1; round <= Number(values.rounds); round++)
  for (const load of loads) {
    const column = await measureColumn(load, round, peers, options);
    measurements.push(...column.measurements);
    missing.push(...column.failures);
  }
if (values.json)
  write(
    JSON.stringify({
      date: new Date().toISOString(),
      ...options,
      peers: peers.map(({ id, name, version, acknowledgement }) => ({ id, name, version, acknowledgement })),
      measurements,
      leftOut: missing,
    }),
  );
else write(tablesOf(measurements, peers, missing));
if (measurements.length === 0) process.exitCode = 1;
