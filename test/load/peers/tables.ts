// The results for a person, as Markdown.
import { type Figure, medianOrNull, ofCell, ratioOf } from './compare.ts';
import { type Line, LOAD_NAMES, type LoadName, OURS, PEERS } from './lines.ts';
import type { Measurement } from './measure.ts';
import type { LeftOut, Peer } from './peer.ts';

const ENCODING_NAMES = { json: 'JSON', ndjson: 'NDJSON', 'otlp-json': 'OTLP JSON', 'otlp-proto': 'OTLP protobuf' };
/** Below, refusals are a few at the end of a run. */
const REFUSED_SHARE_SHOWN = 0.005;
const KEEPS_LOGS: ReadonlySet<string> = new Set(['victoria-logs', 'sazabi']);

const atAnswer: Figure = (measurement) => measurement.cpuAtAnswer;
const inAll: Figure = (measurement) => measurement.cpuInAll;

/** All tables of a run; only lines and columns that were measured are shown. */
export function tablesOf(measurements: readonly Measurement[], peers: readonly Peer[], leftOut: readonly LeftOut[]) {
  const loads = LOAD_NAMES.filter((load) => measurements.some((measurement) => measurement.load === load));
  const lines = [...OURS, ...PEERS].filter((line) => loads.some((load) => ofCell(measurements, line, load).length > 0));
  const table = (shown: readonly Line[], cell: (line: Line, load: LoadName) => string) =>
    markdown([
      ['peer, encoding', ...loads],
      ...shown.map((line) => [nameOf(line, peers), ...loads.map((load) => cell(line, load))]),
    ]);
  const median = (line: Line, load: LoadName, figure: Figure) =>
    medianOrNull(ofCell(measurements, line, load).map(figure));
  const notOurs = lines.filter((line) => line.peer !== 'sazabi');
  const ratio = (figure: Figure) => (line: Line, load: LoadName) => number(ratioOf(measurements, line, load, figure));
  return [
    'CPU-seconds per million acknowledged logs, by logs per request: at the answer / with all work after it.',
    'Ours at the answer is the intake alone, with all work the whole system until every log can be queried.',
    table(lines, (line, load) => costCell(ofCell(measurements, line, load))),
    'At the answer: peer ÷ our intake beside it in the run. Above 1 ours takes less.',
    table(notOurs, ratio(atAnswer)),
    'With all work: peers that store logs for queries ÷ our whole system.',
    table(
      notOurs.filter((line) => KEEPS_LOGS.has(line.peer)),
      ratio(inAll),
    ),
    'Acknowledged logs/s; p50 / p99 in ms; peak memory in MiB (sender and server share the cores: an order of magnitude).',
    table(lines, (line, load) => {
      const [rate, p50, p99, memory] = (['logsPerSecond', 'p50Ms', 'p99Ms', 'peakMemoryMib'] as const).map((name) =>
        median(line, load, (measurement) => measurement[name]),
      );
      return rate == null ? '-' : `${thousands(rate)}; ${number(p50)} / ${number(p99)}; ${Math.round(memory ?? 0)}`;
    }),
    'What an acknowledgement means',
    markdown([
      ['peer', 'version', 'a 2xx means'],
      ...peers.map(({ name, version, acknowledgement }) => [name, version, acknowledgement]),
    ]),
    ...leftOut.map(({ name, reason }) => `Left out: ${name}: ${reason}`),
  ].join('\n\n');
}

function nameOf(line: Line, peers: readonly Peer[]): string {
  const name = peers.find(({ id }) => id === line.peer)?.name ?? line.peer;
  return `${line.peer === 'sazabi' ? `**${name}**` : name}, ${ENCODING_NAMES[line.encoding]}`;
}

function costCell(cell: readonly Measurement[]): string {
  const [answer, all] = [medianOrNull(cell.map(atAnswer)), medianOrNull(cell.map(inAll))];
  if (answer === null) return '-';
  const refused = medianOrNull(cell.map(({ refusedShare }) => refusedShare)) ?? 0;
  const broken = cell.reduce((sum, measurement) => sum + measurement.broken, 0);
  const notes = [
    ...(refused >= REFUSED_SHARE_SHOWN ? [`${Math.round(refused * 100)} % refused`] : []),
    ...(broken > 0 ? [`${broken} broken or late`] : []),
  ];
  return `${number(answer)} / ${number(all)}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
}

/** Two significant digits from 1 on, two decimals below. */
function number(value: number | null | undefined): string {
  if (value == null) return '-';
  if (value >= 10) return String(Math.round(value));
  return value >= 1 ? value.toFixed(1) : value.toFixed(2);
}

const thousands = (value: number): string => (value >= 1e6 ? `${number(value / 1e6)}M` : `${number(value / 1e3)}k`);

function markdown(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const text = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [text(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(text)].join('\n');
}
