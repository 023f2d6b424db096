// Ratios are taken to ours beside the peer, and medians over the rounds.
import { expect, it } from 'vitest';
import { ratioOf } from './compare.ts';
import { OURS, PEERS, turnsOf } from './lines.ts';
import type { Measurement } from './measure.ts';
import { tablesOf } from './tables.ts';

const measured = (
  peer: Measurement['peer'],
  encoding: Measurement['encoding'],
  cost: number,
  round = 1,
): Measurement => ({
  peer,
  encoding,
  load: '100',
  round,
  bytesPerLog: 295,
  acknowledgedLogs: 1e6,
  refusedShare: peer === 'otelcol-queue' ? 0.71 : 0,
  broken: 0,
  cpuAtAnswer: cost,
  cpuInAll: 2 * cost,
  logsPerSecond: 250_000,
  p50Ms: 1,
  p99Ms: 12.4,
  peakMemoryMib: 100.4,
});
const RUN = [
  measured('sazabi', 'json', 4),
  measured('otelcol-nop', 'otlp-proto', 3),
  measured('sazabi', 'json', 2),
  measured('victoria-logs', 'ndjson', 6),
  measured('sazabi', 'ndjson', 3),
  measured('otelcol-queue', 'otlp-proto', 8),
  measured('sazabi', 'json', 6),
];
const lineOf = (peer: Measurement['peer']) => PEERS.find((line) => line.peer === peer) ?? expect.unreachable();
const cost = (measurement: Measurement) => measurement.cpuAtAnswer;

it('the ratio is to the mean of ours before and after, in JSON where ours does not take the encoding', () => {
  expect(ratioOf(RUN, lineOf('otelcol-nop'), '100', cost)).toBe(3 / 3);
  expect(ratioOf(RUN, lineOf('otelcol-queue'), '100', cost)).toBe(8 / 4);
});

it('the ratio is to ours in the peer’s encoding where there is one', () => {
  expect(ratioOf(RUN, lineOf('victoria-logs'), '100', cost)).toBe(6 / 3);
});

it('each round has ratios of its own, of which the median counts', () => {
  const second = [measured('sazabi', 'json', 1, 2), measured('otelcol-nop', 'otlp-proto', 3, 2)];
  expect(ratioOf([...RUN, ...second], lineOf('otelcol-nop'), '100', cost)).toBe(2);
  expect(ratioOf(RUN, lineOf('nginx'), '100', cost)).toBeNull();
});

it('every line of a column is measured once a round, ours at both ends and at most four peers apart', () => {
  const turns = turnsOf('100', new Set(PEERS.map(({ peer }) => peer)));
  expect(new Set(turns)).toEqual(new Set([...OURS, ...PEERS]));
  expect(turns.filter(({ peer }) => peer !== 'sazabi')).toHaveLength(PEERS.length);
  const places = turns.flatMap(({ peer, encoding }, at) => (peer === 'sazabi' && encoding === 'json' ? [at] : []));
  expect(places[0]).toBe(0);
  expect(places.at(-1)).toBe(turns.length - 1);
  expect(Math.max(...places.slice(1).map((at, index) => at - (places[index] ?? 0)))).toBeLessThanOrEqual(6);
});

it('the table tells what was refused and what was left out', () => {
  const text = tablesOf(RUN, [], [{ name: 'Loki', reason: 'not built' }]);
  expect(text).toContain('| otelcol-queue, OTLP protobuf | 8.0 / 16 (71 % refused) |');
  expect(text).toContain('250k; 1.0 / 12; 100');
  expect(text).toContain('Left out: Loki: not built');
});
