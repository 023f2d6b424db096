// What a soak found, whether that is good, and how a person reads it.
import type { MemoryGrowth } from './resident-memory.ts';

export interface SoakReport {
  readonly seed: number;
  readonly seconds: number;
  readonly sent: number;
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged, and neither stored nor dead-lettered: samples. */
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  /** Stored and never sent, or in another project or mode. */
  readonly foreign: readonly string[];
  /** Rows in dead letters of the store, and records in those of the bus. */
  readonly deadLettered: number;
  readonly kills: ReadonlyMap<string, number>;
  readonly stops: ReadonlyMap<string, number>;
  /** Requests without a 202, by what came instead. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly answers: ReadonlyMap<string, number>;
  readonly longestWithout202Ms: number;
  /** Processes that ended without having been told to. */
  readonly ownEnds: readonly string[];
  readonly memory: readonly MemoryGrowth[];
}

/** What the contract lets a client see while parts are away. */
const REFUSALS_ALLOWED = /^(503$|none)/;
const ANSWERS_ALLOWED = /^(200$|503$|504$|none)/;
const SAMPLES_SHOWN = 5;

/** What is wrong, one line each; none where all is well. */
export function judge(report: SoakReport, killsMin: number): readonly string[] {
  const kills = total(report.kills);
  const lines = [
    [report.missing.length, 'acknowledged and not stored', report.missing],
    [report.doubled.length, 'stored more than once', report.doubled],
    [report.foreign.length, 'stored and not sent there', report.foreign],
    [report.deadLettered, 'dead-lettered, and nothing that was sent is poison', []],
    [report.ownEnds.length, 'ends of processes that nobody asked for', report.ownEnds],
    [outside(report.refusals, REFUSALS_ALLOWED), 'answers of an intake that no outage explains', []],
    [outside(report.answers, ANSWERS_ALLOWED), 'answers of an API that no outage explains', []],
  ] as const;
  const wrong = lines
    .filter(([count]) => count > 0)
    .map(
      ([count, what, samples]) =>
        `${count} ${what}${samples
          .slice(0, SAMPLES_SHOWN)
          .map((text) => `\n    ${text}`)
          .join('')}`,
    );
  if (kills < killsMin) wrong.push(`only ${kills} of ${killsMin} kills`);
  if (report.acknowledged === 0) wrong.push('nothing was acknowledged');
  return wrong;
}

/** Lines for a person. */
export function describe(report: SoakReport): string {
  const counts = (map: ReadonlyMap<string, number>) =>
    `${total(map)}${map.size === 0 ? '' : ` (${[...map].map(([name, count]) => `${name} ${count}`).join(', ')})`}`;
  const rows: readonly (readonly [string, string])[] = [
    ['seed', String(report.seed)],
    ['seconds', report.seconds.toFixed(0)],
    ['logs sent', String(report.sent)],
    ['acknowledged', String(report.acknowledged)],
    ['stored', String(report.stored)],
    ['missing', String(report.missing.length)],
    ['doubled', String(report.doubled.length)],
    ['foreign', String(report.foreign.length)],
    ['dead-lettered', String(report.deadLettered)],
    ['kills', counts(report.kills)],
    ['stops', counts(report.stops)],
    ['requests without 202', counts(report.refusals)],
    ['answers of the APIs', counts(report.answers)],
    ['longest without a 202', `${(report.longestWithout202Ms / 1000).toFixed(1)} s`],
  ];
  const memory = report.memory.map(
    ({ name, early, late, peak }) => `  ${name.padEnd(12)}${mib(early)} → ${mib(late)}, peak ${mib(peak)}`,
  );
  return [
    ...rows.map(([name, value]) => `${name.padEnd(24)}${value}`),
    'resident memory, median of the first and of the last third',
    ...memory,
  ].join('\n');
}

const mib = (value: number) => `${value.toFixed(0).padStart(4)} MiB`;

export const total = (map: ReadonlyMap<string, number>): number =>
  [...map.values()].reduce((sum, count) => sum + count, 0);

const outside = (map: ReadonlyMap<string, number>, allowed: RegExp): number =>
  total(new Map([...map].filter(([name]) => !allowed.test(name))));
