// `sazabi projects create|list`.
import type { Command } from 'commander';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { wholeNumber } from '../input.ts';
import { printTable } from '../output/table.ts';

const projectSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  retentionDays: z.number(),
  createdAt: z.string(),
});

interface CreateOptions {
  readonly name: string;
  readonly retentionDays?: number;
  readonly json?: true;
}

export function addProjectsCommands(projects: Command, context: Context): void {
  projects
    .command('create')
    .description('make a project; its id is printed on stdout')
    .requiredOption('--name <name>', 'its name')
    .option('--retention-days <days>', 'how long its logs are kept (default: 30)', wholeNumber(1, 3650))
    .option('--json', 'the whole answer, for programs')
    .addHelpText('after', '\nExamples:\n  $ sazabi projects create --name "Web shop" --retention-days 90')
    .action(async (options: CreateOptions, command: Command) => {
      const { name, retentionDays } = options;
      const body = { name, ...(retentionDays === undefined ? {} : { retentionDays }) };
      const made = await context.api(command).call('POST', 'projects', projectSchema, body);
      if (options.json) return await context.output.printJson(made);
      context.output.note(`Made the project "${made.name}", kept for ${made.retentionDays} days. Its id:`);
      await context.output.print(made.id);
    });

  projects
    .command('list')
    .description('list the projects')
    .option('--json', 'one project a line, for programs')
    .action(async (options: { json?: true }, command: Command) => {
      const rows: (string | number)[][] = [];
      for await (const project of context.api(command).list('projects', projectSchema)) {
        if (options.json) await context.output.printJson(project);
        else rows.push([project.id, project.name, project.retentionDays, project.createdAt]);
      }
      if (!options.json) await printTable(context.output, ['ID', 'NAME', 'RETENTION DAYS', 'CREATED'], rows);
    });
}
