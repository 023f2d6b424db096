// `sazabi logs volume`: how many logs per bucket of time, as bars; grouped, one line of small bars for each group.
import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { wholeNumber } from '../input.ts';
import { barOf, sparklineOf } from '../output/bars.ts';
import type { Output } from '../output/output.ts';
import { printTable } from '../output/table.ts';
import { addSelectionOptions, FILTER_HELP, type SelectionOptions, selectionBody } from './selection.ts';

const seriesSchema = z.looseObject({
  group: z.string().nullable(),
  other: z.boolean().optional(),
  total: z.number(),
  points: z.array(z.object({ bucket: z.string(), count: z.number() })),
});
type Series = z.infer<typeof seriesSchema>;
const volumeSchema = z.looseObject({ series: z.array(seriesSchema), total: z.number() });

const BAR_CHARACTERS_MAX = 60;
const BAR_CHARACTERS_MIN = 10;
/** Beside a bar: the time, the count and the gaps. */
const BESIDE_BAR_CHARACTERS = 36;

interface VolumeOptions extends SelectionOptions {
  readonly interval?: string;
  readonly groupBy?: string;
  readonly groups?: number;
  readonly json?: true;
}

export function addLogsVolume(logs: Command, context: Context): void {
  addSelectionOptions(logs.command('volume').description('count logs over time'))
    .option('--interval <interval>', 'width of a bucket, 1s to 1d (default: auto)')
    .option('--group-by <field>', 'level, service, …, or attributes.<key>')
    .option('--groups <n>', 'how many groups, the largest first (default: 10)', wholeNumber(1, 100))
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      `${FILTER_HELP}

Examples:
  $ sazabi logs volume --from 6h --interval 15m
  $ sazabi logs volume --search timeout --group-by service`,
    )
    .action(async (options: VolumeOptions, command: Command) => {
      const volume = await context.api(command).call('POST', 'logs/volume', volumeSchema, {
        ...selectionBody(options),
        ...(options.interval === undefined ? {} : { interval: options.interval }),
        ...(options.groupBy === undefined ? {} : { groupBy: options.groupBy }),
        ...(options.groups === undefined ? {} : { limit: options.groups }),
      });
      if (options.json) return await context.output.printJson(volume);
      if (volume.total === 0) return context.output.note('no logs');
      if (options.groupBy === undefined) await printBuckets(context.output, volume.series);
      else await printGroups(context.output, volume.series);
      context.output.note(`${volume.total.toLocaleString('en')} logs`);
    });
}

async function printBuckets(output: Output, series: readonly Series[]): Promise<void> {
  const points = series[0]?.points ?? [];
  const most = Math.max(0, ...points.map((point) => point.count));
  const room = Math.min(BAR_CHARACTERS_MAX, Math.max(BAR_CHARACTERS_MIN, output.columns - BESIDE_BAR_CHARACTERS));
  for (const { bucket, count } of points) {
    const time = output.style('dim', `${bucket.slice(0, 19).replace('T', ' ')}Z`);
    const bar = barOf(count, most, room).padEnd(room);
    await output.print(`${time}  ${output.style('cyan', bar)}  ${count.toLocaleString('en')}`);
  }
}

async function printGroups(output: Output, series: readonly Series[]): Promise<void> {
  const most = Math.max(0, ...series.map(({ total }) => total));
  const rows = series.map(({ group, other, total, points }) => [
    other ? '(others)' : (group ?? '(none)'),
    total.toLocaleString('en'),
    barOf(total, most, BAR_CHARACTERS_MIN * 2),
    sparklineOf(
      points.map((point) => point.count),
      BAR_CHARACTERS_MAX / 2,
    ),
  ]);
  const first = series[0]?.points[0]?.bucket.slice(0, 16).replace('T', ' ');
  await printTable(output, ['GROUP', 'LOGS', '', `OVER TIME${first === undefined ? '' : ` FROM ${first}Z`}`], rows);
}
