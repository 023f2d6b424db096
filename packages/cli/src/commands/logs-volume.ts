// `sazabi logs volume`: how many logs per bucket of time, as bars; grouped, one line of small bars for each group.
import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { wholeNumber } from '../input.ts';
import { printBuckets, printGroups } from '../output/volume-chart.ts';
import { addSelectionOptions, FILTER_HELP, type SelectionOptions, selectionBody } from './selection.ts';

const seriesSchema = z.looseObject({
  group: z.string().nullable(),
  other: z.boolean().optional(),
  total: z.number(),
  points: z.array(z.object({ bucket: z.string(), count: z.number() })),
});
const volumeSchema = z.looseObject({
  series: z.array(seriesSchema),
  total: z.number(),
  interval: z.string().optional(),
});

interface VolumeOptions extends SelectionOptions {
  readonly interval?: string;
  readonly groupBy?: string;
  readonly groups?: number;
  readonly json?: true;
}

export function addLogsVolume(logs: Command, context: Context): void {
  addSelectionOptions(logs.command('volume').description('count logs over time'))
    .option('--interval <interval>', 'width of a bucket, 1s to 1d (default: auto)')
    .option('--group-by <field>', 'level, service, environment, host, … or attributes.<key>')
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
      const { total, series, interval } = volume;
      if (options.groupBy === undefined) await printBuckets(context.output, series[0]?.points ?? []);
      else await printGroups(context.output, options.groupBy, series);
      const first = series[0]?.points[0]?.bucket;
      context.output.note(
        `${total.toLocaleString('en')} logs${first === undefined ? '' : ` from ${first} on`}${interval === undefined ? '' : `, counted by ${interval}`}`,
      );
    });
}
