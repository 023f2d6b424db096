// The lines and columns of the table, and the order in which a column is measured.
import type { Encoding, Load } from './bodies.ts';
import type { PeerId } from './peer.ts';

export interface Line {
  readonly peer: PeerId;
  readonly encoding: Encoding;
  /** Columns that are measured, by their names. */
  readonly loads: readonly LoadName[];
}

export const LOADS = {
  '1': { batch: 1, gzip: false },
  '10': { batch: 10, gzip: false },
  '100': { batch: 100, gzip: false },
  '1000': { batch: 1000, gzip: false },
  '100 gzip': { batch: 100, gzip: true },
} as const satisfies Readonly<Record<string, Load>>;
export type LoadName = keyof typeof LOADS;
export const LOAD_NAMES: readonly LoadName[] = ['1', '10', '100', '1000', '100 gzip'];

/** Where our system takes what a peer takes, the peer is held against that; else against JSON. */
export const OURS: readonly Line[] = [
  { peer: 'sazabi', encoding: 'json', loads: LOAD_NAMES },
  { peer: 'sazabi', encoding: 'ndjson', loads: LOAD_NAMES },
];

export const PEERS: readonly Line[] = [
  { peer: 'nginx', encoding: 'json', loads: ['1', '10', '100', '1000'] },
  { peer: 'uws-read', encoding: 'json', loads: LOAD_NAMES },
  { peer: 'uws-parse', encoding: 'json', loads: LOAD_NAMES },
  { peer: 'otelcol-nop', encoding: 'otlp-proto', loads: LOAD_NAMES },
  { peer: 'otelcol-nop', encoding: 'otlp-json', loads: LOAD_NAMES },
  { peer: 'otelcol-batch', encoding: 'otlp-proto', loads: ['100'] },
  { peer: 'otelcol-batch', encoding: 'otlp-json', loads: ['100'] },
  { peer: 'otelcol-queue', encoding: 'otlp-proto', loads: ['1', '10', '100', '1000'] },
  { peer: 'otelcol-queue', encoding: 'otlp-json', loads: ['100'] },
  { peer: 'otelcol-queue-fsync', encoding: 'otlp-proto', loads: ['1', '100'] },
  { peer: 'victoria-logs', encoding: 'ndjson', loads: LOAD_NAMES },
  { peer: 'victoria-logs', encoding: 'otlp-proto', loads: LOAD_NAMES },
];

/** Ours is measured before the first of a column's peers, after every fourth and after the last. */
const PEERS_BETWEEN_OURS = 4;

/** A column's measurements in order: ours in JSON between the peers, and in NDJSON beside a peer that takes it. */
export function turnsOf(load: LoadName, peers: ReadonlySet<PeerId>): readonly Line[] {
  const [ours, oursNdjson] = OURS;
  if (ours === undefined || oursNdjson === undefined) throw new RangeError('Ours has two encodings.');
  const lines = PEERS.filter((line) => line.loads.includes(load) && peers.has(line.peer));
  const turns = lines.flatMap((line, index) => [
    ...(index % PEERS_BETWEEN_OURS === 0 ? [ours] : []),
    line,
    ...(line.encoding === 'ndjson' ? [oursNdjson] : []),
  ]);
  return [...turns, ours];
}
