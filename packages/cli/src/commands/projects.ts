// `sazabi projects create|list|show|update|delete`, and projects named in other commands' --project.
import { RETENTION_DAYS_MAX } from '@sazabi/contract/schemas';
import type { Command } from 'commander';
import { z } from 'zod';
import { usageError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { addExamples } from '../examples.ts';
import { type Limit, limitOf, limitTo, wholeNumber } from '../input.ts';
import { days } from '../output/times.ts';
import {
  addRemove,
  addShow,
  gather,
  ID_HELP,
  idOf,
  type JsonFlag,
  pathOf,
  printItem,
  printList,
  type Resource,
} from './resource.ts';

const projectSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  retentionDays: z.number(),
  quotas: z.looseObject({ logsPerDay: z.number().nullish(), bytesPerDay: z.number().nullish() }),
  createdAt: z.string(),
});
type Project = z.infer<typeof projectSchema>;

export const PROJECTS: Resource<Project> = {
  name: 'project',
  path: 'projects',
  schema: projectSchema,
  titleOf: ({ name }) => name,
  columns: [
    { title: 'ID' },
    { title: 'NAME', shrinks: true },
    { title: 'RETENTION DAYS', right: true, rank: 2 },
    { title: 'LOGS A DAY', right: true, rank: 3 },
    { title: 'BYTES A DAY', right: true, rank: 4 },
    { title: 'CREATED', rank: 5 },
  ],
  cells: ({ id, name, retentionDays, quotas, createdAt }) => [
    id,
    name,
    retentionDays,
    quotaOf(quotas.logsPerDay),
    quotaOf(quotas.bytesPerDay),
    createdAt.slice(0, 10),
  ],
  details: ({ id, name, retentionDays, quotas, createdAt }) => [
    ['Id', id],
    ['Name', name],
    ['Retention', days(retentionDays)],
    ['Logs a day', quotaOf(quotas.logsPerDay)],
    ['Bytes a day', quotaOf(quotas.bytesPerDay)],
    ['Created', createdAt],
  ],
};

function quotaOf(quota: number | null | undefined): string {
  return quota === null || quota === undefined ? 'no quota' : quota.toLocaleString('en');
}

/** Resolves `--project NAME|ID` of any command before it runs: where it is a name, by one list. */
export async function resolveProjectFlag(context: Context, command: Command): Promise<void> {
  const given: unknown = command.opts().project;
  if (typeof given !== 'string') return;
  command.setOptionValue('project', await idOf(context.api(command), PROJECTS, given));
}

interface Settings extends JsonFlag {
  readonly name?: string;
  readonly retention?: number;
  readonly quotaLogs?: Limit;
  readonly quotaBytes?: Limit;
}

export function addProjectsCommands(projects: Command, context: Context): void {
  addCreate(projects, context);
  addList(projects, context);
  addExamples(addShow(projects, context, PROJECTS), ['sazabi projects show "Web shop"']);
  addUpdate(projects, context);
  const remove = addRemove(projects, context, PROJECTS, {
    verb: 'delete',
    description: 'delete a project with its logs and public keys, for good',
    question: ({ name }) =>
      `Delete the project "${name}", all of its logs, and every public key that writes to it, for good?`,
    unasked: 'refuse',
    done: 'Deleted',
  });
  addExamples(
    remove,
    ['sazabi projects delete "Web shop"', 'sazabi projects delete "Web shop" --yes'],
    'Its logs are hidden at once and removed within a day; its keys are refused from the next request on.',
  );
}

function addSettings(command: Command): Command {
  return command
    .option(
      '--retention-days, --retention <days>',
      `how long its logs are kept from the time received, 1 to ${RETENTION_DAYS_MAX}`,
      wholeNumber(1, RETENTION_DAYS_MAX),
    )
    .option('--quota-logs <n>', 'most logs a day (UTC), or none', limitTo(Number.MAX_SAFE_INTEGER))
    .option('--quota-bytes <n>', 'most bytes a day (UTC), or none', limitTo(Number.MAX_SAFE_INTEGER))
    .option('--json', 'the whole answer, for programs');
}

function bodyOf({ name, retention, quotaLogs, quotaBytes }: Settings): object {
  const quotas = {
    ...(quotaLogs === undefined ? {} : { logsPerDay: limitOf(quotaLogs) }),
    ...(quotaBytes === undefined ? {} : { bytesPerDay: limitOf(quotaBytes) }),
  };
  return {
    ...(name === undefined ? {} : { name }),
    ...(retention === undefined ? {} : { retentionDays: retention }),
    ...(Object.keys(quotas).length === 0 ? {} : { quotas }),
  };
}

function addCreate(projects: Command, context: Context): void {
  const create = projects
    .command('create')
    .description('make a project; its id is printed on stdout')
    .requiredOption('--name <name>', '1 to 100 letters, digits, spaces, - and _');
  addSettings(create).action(async (flags: Settings, command: Command) => {
    const made = await context.api(command).call('POST', 'projects', projectSchema, bodyOf(flags));
    if (flags.json) return await context.output.printJson(made);
    context.output.note(`Made the project "${made.name}"; its logs are kept for ${days(made.retentionDays)}. Its id:`);
    await context.output.print(made.id);
  });
  addExamples(create, [
    'sazabi projects create --name "Web shop" --retention 90',
    'sazabi keys public-keys create --name Web --project $(sazabi projects create --name "Web shop")',
  ]);
}

function addList(projects: Command, context: Context): void {
  const list = projects
    .command('list')
    .description('list the projects')
    .option('--json', 'an array, for programs')
    .action(async (flags: JsonFlag, command: Command) => {
      const found = await gather(context.output, context.api(command).list(PROJECTS.path, projectSchema));
      await printList(context.output, PROJECTS, found, flags);
    });
  addExamples(list, ['sazabi projects list', "sazabi projects list --json | jq -r '.[].name'"]);
}

function addUpdate(projects: Command, context: Context): void {
  const update = projects
    .command('update')
    .description('change a project')
    .argument('<id>', ID_HELP)
    .option('--name <name>', 'its new name');
  addSettings(update).action(async (id: string, flags: Settings, command: Command) => {
    const body = bodyOf(flags);
    if (Object.keys(body).length === 0) throw usageError('Nothing to change: say what, see --help.');
    const api = context.api(command);
    const changed = await api.call('PATCH', await pathOf(api, PROJECTS, id), projectSchema, body);
    await printItem(context.output, PROJECTS, changed, flags);
  });
  addExamples(
    update,
    [
      'sazabi projects update "Web shop" --retention 7 --quota-bytes 1000000000',
      'sazabi projects update "Web shop" --quota-bytes none',
    ],
    'A shorter retention hides older logs at once and for good; a longer one is for logs from then on.',
  );
}
