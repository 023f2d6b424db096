// `sazabi logs fields`: what there is to filter and to group by.
import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { addExamples } from '../examples.ts';
import { parseQueryTime } from '../input.ts';
import { printTable } from '../output/table.ts';
import type { JsonFlag } from './resource.ts';

/** Lists of names with counts, by what they are of: attributes, services, environments. */
const fieldsSchema = z.record(
  z.string(),
  z.array(z.looseObject({ key: z.string().optional(), value: z.string().nullish(), count: z.number() })),
);

interface FieldsFlags extends JsonFlag {
  readonly project?: string;
  readonly from?: string;
  readonly to?: string;
}

export function addLogsFields(logs: Command, context: Context): void {
  const fields = logs
    .command('fields')
    .description('list attributes, services and environments, with how many logs have each')
    .option('--project <project>', 'only this project, by id or name (default: all)')
    .option('--from <time>', 'begin: as 2h (ago), or 2026-01-31T12:00:00Z (default: 24h)', parseQueryTime)
    .option('--to <time>', 'end (default: now)', parseQueryTime)
    .option('--json', 'the whole answer, for programs')
    .action(async ({ project, from, to, json }: FieldsFlags, command: Command) => {
      const { output } = context;
      const query = new URLSearchParams({
        ...(project === undefined ? {} : { projectId: project }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      });
      const found = await context.api(command).call('GET', `logs/fields?${query}`, fieldsSchema);
      if (json) return await output.printJson(found);
      const lists = Object.entries(found).filter(([, values]) => values.length > 0);
      if (lists.length === 0)
        return output.note('No logs found. Without --from, only the last 24 hours are looked at.');
      for (const [at, [name, values]] of lists.entries()) {
        if (at > 0) await output.print('');
        await printTable(
          output,
          [
            { title: name.toUpperCase(), shrinks: true },
            { title: 'LOGS', right: true },
          ],
          values.map(({ key, value, count }) => [
            name === 'attributes' && key !== undefined ? `attributes.${key}` : (key ?? value),
            count.toLocaleString('en'),
          ]),
        );
      }
    });
  addExamples(fields, ['sazabi logs fields --from 7d', 'sazabi logs fields --project "Web shop" --json']);
}
