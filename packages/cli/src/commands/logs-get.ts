// `sazabi logs get`: everything that is kept of one log.
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addExamples } from '../examples.ts';
import { printDetails } from '../output/details.ts';
import { levelStyle, logRowSchema } from '../output/log-line.ts';
import type { Cell } from '../output/table.ts';
import type { JsonFlag } from './resource.ts';

export function addLogsGet(logs: Command, context: Context): void {
  const get = logs
    .command('get')
    .description('show one log whole')
    .argument('<id>', 'its id, as `logs query --show id` shows it')
    .option('--json', 'the whole answer, for programs')
    .action(async (id: string, { json }: JsonFlag, command: Command) => {
      const { attributes, ...row } = await context
        .api(command)
        .call('GET', `logs/${encodeURIComponent(id)}`, logRowSchema);
      if (json) return await context.output.printJson({ ...row, attributes });
      const columns = Object.entries(row).map(([name, value]): readonly [string, Cell] => [
        name,
        name === 'level' ? { text: row.level, style: levelStyle(row.level) } : textOf(value),
      ]);
      const rest = Object.entries(attributes ?? {}).map(
        ([key, value]) => [`attributes.${key}`, textOf(value)] as const,
      );
      await printDetails(context.output, [...columns, ...rest]);
    });
  addExamples(get, ['sazabi logs get $(sazabi logs query --filter level=error --limit 1 --json | jq -r .id)']);
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value);
}
