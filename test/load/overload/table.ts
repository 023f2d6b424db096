// What an overload run found, as a table in Markdown; of several rounds each figure is the median.
import type { HalfLoad, LoadOf, Quantiles } from './half-load.ts';
import type { StepResult } from './steps.ts';

/** Where nothing was sent or answered: a quiet key of a slow machine's step has not one request due in a second. */
const NOTHING = '–';
const orNothing =
  (text: (value: number) => string) =>
  (value: number): string =>
    Number.isFinite(value) ? text(value) : NOTHING;
export const percent = orNothing((part) => `${(100 * part).toFixed(part > 0 && part < 0.995 ? 1 : 0)} %`);
const thousands = orNothing((count) => `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)}k`);
export const ms = orNothing((value) => value.toFixed(value < 10 ? 1 : 0));
const ratio = (digits: number) => orNothing((value) => value.toFixed(digits));

/** One line for each step: what each round found, by the median of each figure. */
export function overloadTable(rounds: readonly (readonly StepResult[])[]): string {
  const head = [
    'offered',
    'logs/s',
    'acknowledged',
    '÷ peak',
    'logs a CPU-s: peak / step, ratio',
    '503',
    'p50 / p99 / max ms',
    '503: p50 / p99 ms',
    'quiet keys: accepted, p99 ms',
    'sender late p99 ms',
    'fsync 64 KiB p50 / p99 ms',
    'p99 ÷ fsync p99',
    'memory MiB (own)',
  ];
  const lines = (rounds[0] ?? []).map((_, at) => stepLine(rounds.flatMap((round) => round[at] ?? [])));
  const rows = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  if (lines.flat().join().includes(NOTHING))
    rows.push(`\n${NOTHING} = nothing to take it of: --seconds are too few for this machine.`);
  return rows.join('\n');
}

function stepLine(steps: readonly StepResult[]): string[] {
  const of = (read: (step: StepResult) => number) => median(steps.map(read));
  const [first] = steps;
  const name = `${first?.load ?? 0}×${first?.quietKeys === 0 ? '' : ', one noisy key'}`;
  const hasRefusals = steps.some(({ refused }) => refused.size > 0);
  return [
    name,
    thousands(of(({ offered }) => offered)),
    thousands(of(({ acknowledged }) => acknowledged)),
    percent(of(({ acknowledged, peak }) => acknowledged / peak)),
    `${thousands(of(({ peakPerCpuSecond }) => peakPerCpuSecond))} / ${thousands(of(({ perCpuSecond }) => perCpuSecond))}, ${ratio(2)(of(({ perCpuSecond, peakPerCpuSecond }) => perCpuSecond / peakPerCpuSecond))}`,
    percent(of(({ refused }) => refused.get(503) ?? 0)),
    `${ms(of(({ acceptedMs }) => acceptedMs.p50))} / ${ms(of(({ acceptedMs }) => acceptedMs.p99))} / ${ms(of(({ acceptedMs }) => acceptedMs.max))}`,
    hasRefusals ? `${ms(of(({ refusedMs }) => refusedMs.p50))} / ${ms(of(({ refusedMs }) => refusedMs.p99))}` : '',
    first?.quietKeys === 0
      ? ''
      : `${percent(of(({ quiet }) => quiet?.accepted ?? Number.NaN))}, ${ms(of(({ quiet }) => quiet?.p99 ?? Number.NaN))}`,
    ms(of(({ senderLateMs }) => senderLateMs.p99)),
    `${ms(of(({ fsyncMs }) => fsyncMs.p50))} / ${ms(of(({ fsyncMs }) => fsyncMs.p99))}`,
    ratio(1)(of(({ acceptedMs, fsyncMs }) => acceptedMs.p99 / fsyncMs.p99)),
    `${of(({ residentMib }) => residentMib).toFixed(0)} (${of(({ ownMib }) => ownMib).toFixed(0)})`,
  ];
}

/** What should not be: refusals in the closed loop, and answers other than 202 and 503. */
export function oddities(rounds: readonly (readonly StepResult[])[]): string[] {
  return rounds
    .flat()
    .flatMap(({ load, peakRefused, refused }) => [
      ...(peakRefused > 0 ? [`before ${load}×: ${percent(peakRefused)} of the closed loop refused`] : []),
      ...[...refused]
        .filter(([status]) => status !== 503)
        .map(
          ([status, part]) => `${load}×: ${percent(part)} of requests answered ${status === 0 ? 'not at all' : status}`,
        ),
    ]);
}

/** One line for half of each peak. */
export function halfLoadTable({ acknowledged, stored, fsyncMs, residentMib }: HalfLoad): string {
  const both = ({ p50, p99 }: Quantiles) => `${ms(p50)} / ${ms(p99)}`;
  const line = (name: string, { peak, atHalf }: LoadOf) =>
    [
      `${name}: ${thousands(peak)}`,
      thousands(peak / 2),
      percent(atHalf.refused),
      both(atHalf.acceptedMs),
      both(atHalf.freshnessMs),
      String(atHalf.markers),
    ].join(' | ');
  const head = ['peak, logs/s', 'half', 'refused', 'acknowledged p50 / p99 ms', 'found p50 / p99 ms', 'markers'];
  const rows = [head.join(' | '), head.map(() => '---').join(' | ')];
  rows.push(line('acknowledged', acknowledged), line('until stored', stored));
  return `${rows.map((row) => `| ${row} |`).join('\n')}
fsync of 64 KiB p50 / p99 ${both(fsyncMs)} ms; intake ${residentMib.toFixed(0)} MiB`;
}

/** Of those that are numbers: a round may have had nothing to take the figure of. NaN where none had. */
export function median(values: readonly number[]): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
