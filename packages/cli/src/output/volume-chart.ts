// How many logs there were over time, drawn in a terminal of any width: a bar a bucket, or a line a group.
import { barOf, sparklineOf } from './bars.ts';
import { levelStyle } from './log-line.ts';
import type { Output, Style } from './output.ts';
import { printable } from './printable.ts';
import { printTable } from './table.ts';
import { widthOf } from './width.ts';

export interface Point {
  readonly bucket: string;
  readonly count: number;
}
export interface Series {
  readonly group: string | null;
  readonly other?: boolean | undefined;
  readonly total: number;
  readonly points: readonly Point[];
}

const GAP = 2;
/** Longer bars say no more. */
const BAR_MAX = 60;
const BAR_MIN = 5;
/** Below so many columns for the bar its time is told without the day. */
const BAR_WISHED = 20;
const GROUP_BAR_MAX = 20;
const GROUP_MAX = 30;
/** Of a pipe, which has no edge. */
const COLUMNS_MAX = 100;
const GROUP_STYLES: readonly Style[] = ['cyan', 'magenta', 'yellow', 'green', 'blue', 'red'];

/** Time, count and bar of each bucket. */
export async function printBuckets(output: Output, points: readonly Point[]): Promise<void> {
  const counts = points.map(({ count }) => count.toLocaleString('en'));
  const most = points.reduce((highest, { count }) => Math.max(highest, count), 0);
  const countWidth = counts.reduce((widest, count) => Math.max(widest, count.length), 0);
  const columns = Math.min(output.columns, COLUMNS_MAX);
  const roomBeside = (time: string): number => columns - time.length - countWidth - 2 * GAP;
  const [first = ''] = points.map(({ bucket }) => fullTime(bucket));
  const timeOf = roomBeside(first) >= BAR_WISHED ? fullTime : shortTime;
  const room = Math.min(BAR_MAX, Math.max(BAR_MIN, roomBeside(timeOf(points[0]?.bucket ?? ''))));
  for (const [at, { bucket, count }] of points.entries()) {
    const shown = (counts[at] ?? '').padStart(countWidth);
    const bar = barOf(count, most, room);
    await output.print(
      `${output.style('dim', timeOf(bucket))}  ${shown}  ${bar === '' ? '' : output.style('cyan', bar)}`.trimEnd(),
    );
  }
}

/** Name, count, share and course of each group; `field` is what they are groups of. */
export async function printGroups(output: Output, field: string, series: readonly Series[]): Promise<void> {
  const most = Math.max(0, ...series.map(({ total }) => total));
  const named = series.map((one) => ({ ...one, name: nameOf(one) }));
  const nameWidth = named.reduce((widest, { name }) => Math.max(widest, widthOf(printable(name))), 'GROUP'.length);
  const countWidth = Math.max('LOGS'.length, most.toLocaleString('en').length);
  const room = Math.min(output.columns, COLUMNS_MAX) - Math.min(nameWidth, GROUP_MAX) - countWidth - 3 * GAP;
  const bar = Math.min(GROUP_BAR_MAX, Math.max(BAR_MIN, Math.floor(room / 3)));
  const course = Math.max('OVER TIME'.length, Math.min(BAR_MAX, room - bar));
  const head = [
    { title: 'GROUP', shrinks: true },
    { title: 'LOGS', right: true },
    { title: '', rank: 1 },
    { title: 'OVER TIME', rank: 2 },
  ];
  const rows = named.map(({ name, group, other, total, points }, at) => {
    const style = styleOf(field, group, other === true, at);
    const counts = points.map(({ count }) => count);
    return [
      { text: name, style },
      total.toLocaleString('en'),
      { text: barOf(total, most, bar), style },
      { text: sparklineOf(counts, course), style },
    ];
  });
  await printTable(output, head, rows);
}

function nameOf({ group, other }: Series): string {
  return other ? '(others)' : (group ?? '(none)');
}

/** Levels have colours of their own; others take turns. */
function styleOf(field: string, group: string | null, other: boolean, at: number): Style | undefined {
  if (other || group === null) return 'dim';
  return field === 'level' ? levelStyle(group) : GROUP_STYLES[at % GROUP_STYLES.length];
}

function fullTime(bucket: string): string {
  return `${bucket.slice(0, 19).replace('T', ' ')}Z`;
}

function shortTime(bucket: string): string {
  return bucket.slice(11, 19);
}
