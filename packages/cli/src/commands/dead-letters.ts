// `sazabi dead-letters list|replay|delete`.
import type { Command } from 'commander';
import { z } from 'zod';
import { CliError, usageError } from '../cli-error.ts';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import type { ApiClient } from '../http/api-client.ts';
import { createCountProgress } from '../output/count-progress.ts';
import { fromNow } from '../output/times.ts';
import { gather, type Listed, printList } from './resource.ts';

const letterSchema = z.looseObject({
  id: z.string(),
  projectId: z.string(),
  logs: z.number(),
  bytes: z.number(),
  reason: z.string(),
  replays: z.number(),
  deadAt: z.string(),
  expiresOn: z.string(),
});
const replayedSchema = z.looseObject({ id: z.string(), accepted: z.number() });

/** Of a pipe, which has no edge to cut it at. */
const REASON_CHARACTERS_SHOWN = 60;

const LETTERS: Listed<z.infer<typeof letterSchema>> = {
  name: 'dead letter',
  columns: [
    { title: 'ID' },
    { title: 'PROJECT', rank: 4 },
    { title: 'LOGS', right: true },
    { title: 'REPLAYS', right: true, rank: 2 },
    { title: 'SINCE' },
    { title: 'EXPIRES', rank: 3 },
    { title: 'REASON', shrinks: true, rank: 1 },
  ],
  cells: ({ id, projectId, logs, replays, deadAt, expiresOn, reason }, nowMs) => [
    id,
    projectId,
    logs,
    replays,
    fromNow(deadAt, nowMs),
    expiresOn,
    reason.slice(0, REASON_CHARACTERS_SHOWN),
  ],
};

interface ListFlags {
  readonly project?: string;
  readonly json?: true;
}

interface SettleFlags extends ListFlags {
  readonly all?: true;
  readonly yes?: true;
}

export function addDeadLettersCommands(letters: Command, context: Context): void {
  letters
    .command('list')
    .description('list logs that were accepted and could not be stored, newest first')
    .option('--project <project>', 'of one project alone, by id or name')
    .option('--json', 'an array, for programs')
    .addHelpText(
      'after',
      "\nExamples:\n  $ sazabi dead-letters list\n  $ sazabi dead-letters list --json | jq '.[].reason'",
    )
    .action((flags: ListFlags, command: Command) => list(context, flags, command));

  addSettle(letters, context, {
    verb: 'replay',
    description: 'bring the logs on their way to the store again, once whatever caused it is gone',
    question: (count) => `Replay ${count}?`,
    call: async (api, path) => {
      const { accepted } = await api.call('POST', `${path}/replay`, replayedSchema);
      return { accepted };
    },
    done: 'replayed',
  });
  addSettle(letters, context, {
    verb: 'delete',
    description: 'give the logs up, for good',
    question: (count) => `Delete ${count}, for good?`,
    call: async (api, path) => {
      await api.remove(path);
      return { deleted: true };
    },
    done: 'deleted',
  });
}

async function list({ api, output }: Context, { project, json }: ListFlags, command: Command): Promise<void> {
  const letters = await gather(output, api(command).list('dead-letters', letterSchema, queryOf(project)));
  await printList(output, LETTERS, letters, { json });
}

interface Settlement {
  readonly verb: 'replay' | 'delete';
  readonly description: string;
  /** `count`: as "3 dead letters". */
  readonly question: (count: string) => string;
  readonly call: (api: ApiClient, path: string) => Promise<object>;
  readonly done: string;
}

function addSettle(letters: Command, context: Context, settlement: Settlement): void {
  const { verb } = settlement;
  letters
    .command(verb)
    .description(settlement.description)
    .argument('[ids...]', 'as `dead-letters list` shows them')
    .option('--all', 'all that there are now')
    .option('--project <project>', 'with --all: of one project alone, by id or name')
    .option('--yes', 'with --all: do not ask')
    .option('--json', 'one result a line, for programs')
    .addHelpText(
      'after',
      `\nExamples:\n  $ sazabi dead-letters ${verb} 8c0f6f0e-…\n  $ sazabi dead-letters ${verb} --all --yes\n\nExit code 1 when one of them failed.`,
    )
    .action((ids: readonly string[], flags: SettleFlags, command: Command) =>
      settle(context, settlement, ids, flags, command),
    );
}

async function settle(
  context: Context,
  { question, call, done }: Settlement,
  given: readonly string[],
  flags: SettleFlags,
  command: Command,
): Promise<void> {
  const { output } = context;
  if (given.length > 0 === (flags.all === true)) throw usageError('Name dead letters by their ids, or say --all.');
  if (flags.project !== undefined && !flags.all) throw usageError('--project goes with --all.');
  const api = context.api(command);
  const ids = flags.all ? await idsOf(api, flags.project) : given;
  if (ids.length === 0) return output.note('No dead letters.');
  const count = `${ids.length} dead letter${ids.length === 1 ? '' : 's'}`;
  if (flags.all && !flags.yes) await confirm(context, question(count));
  const progress = createCountProgress(output, ids.length);
  let failed = 0;
  for (const [at, id] of ids.entries()) {
    try {
      const result = await call(api, `dead-letters/${encodeURIComponent(id)}`);
      if (flags.json) await output.printJson({ id, ...result });
      else if (!flags.all) await output.print(`${id} ${done}`);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      failed += 1;
      progress.end();
      output.problem(`${id}: ${error.message}`);
    }
    progress.update(at + 1);
  }
  progress.end();
  if (flags.all && !flags.json) await output.print(`${done} ${ids.length - failed}, failed ${failed}`);
  if (failed > 0) context.markFailed();
}

async function idsOf(api: ApiClient, project: string | undefined): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { id } of api.list('dead-letters', letterSchema, queryOf(project))) ids.push(id);
  return ids;
}

function queryOf(project: string | undefined): Readonly<Record<string, string>> {
  return project === undefined ? {} : { projectId: project };
}
