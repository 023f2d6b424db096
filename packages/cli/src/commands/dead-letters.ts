// `sazabi dead-letters list|replay|delete`.
import type { Command } from 'commander';
import { z } from 'zod';
import { CliError, usageError } from '../cli-error.ts';
import { confirm } from '../confirm.ts';
import type { Context } from '../context.ts';
import type { ApiClient } from '../http/api-client.ts';
import { createCountProgress } from '../output/count-progress.ts';
import { printTable } from '../output/table.ts';

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

const REASON_CHARACTERS_SHOWN = 60;

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
    .option('--project <id>', 'of one project alone')
    .option('--json', 'one dead letter a line, for programs')
    .addHelpText('after', '\nExamples:\n  $ sazabi dead-letters list\n  $ sazabi dead-letters list --json | jq .reason')
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
  const rows: (string | number)[][] = [];
  for await (const letter of api(command).list('dead-letters', letterSchema, queryOf(project))) {
    if (json) await output.printJson(letter);
    else {
      const reason = letter.reason.slice(0, REASON_CHARACTERS_SHOWN);
      rows.push([letter.id, letter.projectId, letter.logs, letter.replays, letter.deadAt, letter.expiresOn, reason]);
    }
  }
  if (json) return;
  if (rows.length === 0) return output.note('No dead letters.');
  await printTable(output, ['ID', 'PROJECT', 'LOGS', 'REPLAYS', 'SINCE', 'EXPIRES', 'REASON'], rows);
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
    .option('--project <id>', 'with --all: of one project alone')
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
