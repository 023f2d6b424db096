// One call of `sazabi`: builds the commands, runs the one asked for, turns every failure into a message and an exit code.
import type { Readable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { addAdminCommands } from './commands/admin.ts';
import { addAuditLogCommands } from './commands/audit-log.ts';
import { addCompletion } from './commands/completion.ts';
import { addDeadLettersCommands } from './commands/dead-letters.ts';
import { addKeysCommands } from './commands/keys/keys.ts';
import { addLoad } from './commands/load.ts';
import { addLogsFields } from './commands/logs-fields.ts';
import { addLogsGet } from './commands/logs-get.ts';
import { addLogsQuery } from './commands/logs-query.ts';
import { addLogsSend } from './commands/logs-send.ts';
import { addLogsTail } from './commands/logs-tail.ts';
import { addLogsVolume } from './commands/logs-volume.ts';
import { addMe } from './commands/me.ts';
import { addProjectsCommands, resolveProjectFlag } from './commands/projects.ts';
import { addReceiptsGet } from './commands/receipts-get.ts';
import { addSettingsCommands } from './commands/settings.ts';
import { addThreadsCommands } from './commands/threads.ts';
import { addUsage } from './commands/usage.ts';
import { GLOBAL_FLAGS } from './config.ts';
import { type Context, createContext } from './context.ts';
import { createOutput, type Output, type OutputStream } from './output/output.ts';
import { VERSION } from './version.ts';

export interface CliSurroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

const HELP_COLUMNS = 100;

const EXAMPLES = `
Examples:
  $ sazabi logs send app.log --service checkout
  $ tail -f app.log | sazabi logs send -
  $ sazabi logs query --search timeout --from 2h --filter 'level=error'
  $ sazabi logs volume --from 24h --group-by level
  $ sazabi keys public-keys create --name "Web shop"

Exit codes: 0 done, 1 failed, 2 called wrongly. Results go to stdout, everything else to stderr.`;

/** Runs one command. Resolves with the exit code: 0 done, 1 failed, 2 called wrongly. */
export async function runCli(args: readonly string[], surroundings: CliSurroundings): Promise<0 | 1 | 2> {
  const output = createOutput(surroundings.stdout, surroundings.stderr, surroundings.environment);
  const context = createContext(surroundings.environment, surroundings.stdin, output);
  try {
    const code = await runProgram(context, args);
    await output.written();
    return code;
  } catch (error) {
    if (output.readerIsGone(error)) return 0;
    if (!(error instanceof CliError)) throw error;
    output.problem(error.message);
    return error.exitCode;
  }
}

/** Thrown where the help is asked of a command that there is not. */
const NO_SUCH_COMMAND = new Error('There is no such command.');
const HELP_FLAGS: readonly string[] = ['--help', '-h'];

/** Commander answers `sazabi projcts --help` with the help of `sazabi`; without the flag it says what is wrong. */
async function runProgram(context: Context, args: readonly string[]): Promise<0 | 1 | 2> {
  const program = createProgram(context).addHelpText('beforeAll', ({ command, error }) => {
    const [word = '-'] = command.args;
    if (!error && command.commands.length > 0 && !word.startsWith('-')) throw NO_SUCH_COMMAND;
    return '';
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return context.exitCode();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error !== NO_SUCH_COMMAND) throw error;
    return await runProgram(
      context,
      args.filter((word) => !HELP_FLAGS.includes(word)),
    );
  }
}

/** The tree of all commands. */
export function createProgram(context: Context): Command {
  const { output } = context;
  const program = new Command('sazabi')
    .description('Send logs with a public key, read and manage with a secret key.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(--help shows what is possible)')
    .hook('preAction', (_program, command) => resolveProjectFlag(context, command))
    .configureOutput({
      getOutHelpWidth: () => helpColumns(output),
      getErrHelpWidth: () => helpColumns(output),
      writeOut: (text) => output.printNow(text),
      writeErr: (text) => output.note(text.trimEnd()),
      outputError: (text) => output.problem(text.trimEnd()),
    })
    .addHelpText('after', EXAMPLES);
  for (const [flags, description] of GLOBAL_FLAGS) program.option(flags, description);
  addKeysCommands(program.command('keys').description('make, list, change, rotate, revoke and verify keys'), context);
  addProjectsCommands(program.command('projects').description('make, list, change and delete projects'), context);
  const logs = program.command('logs').description('send and read logs');
  addLogsSend(logs, context);
  addLogsQuery(logs, context);
  addLogsTail(logs, context);
  addLogsVolume(logs, context);
  addLogsFields(logs, context);
  addLogsGet(logs, context);
  addReceiptsGet(program.command('receipts').description('what became of what was sent'), context);
  addDeadLettersCommands(
    program.command('dead-letters').description('logs that the store refused: see why, replay or delete them'),
    context,
  );
  addThreadsCommands(program.command('threads').description('shared investigations, with messages'), context);
  addSettingsCommands(program.command('settings').description('what new projects and keys begin with'), context);
  addAuditLogCommands(program.command('audit-log').description('who changed what, when, from where'), context);
  addUsage(program, context);
  addLoad(program, context);
  addMe(program, context);
  addCompletion(program, context);
  addAdminCommands(program.command('admin').description('for whoever runs Sazabi, on its own machine'), context);
  return program;
}

/** Help is broken into lines as wide as the terminal; elsewhere as wide as most are. */
function helpColumns({ columns }: Output): number {
  return Number.isFinite(columns) ? columns : HELP_COLUMNS;
}
