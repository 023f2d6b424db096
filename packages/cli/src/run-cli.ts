// One call of `sazabi`: builds the commands, runs the one asked for, turns every failure into a message and an exit code.
import type { Readable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { addAdminCommands } from './commands/admin.ts';
import { addDeadLettersCommands } from './commands/dead-letters.ts';
import { addKeysCommands } from './commands/keys.ts';
import { addLogsQuery } from './commands/logs-query.ts';
import { addLogsSend } from './commands/logs-send.ts';
import { addLogsVolume } from './commands/logs-volume.ts';
import { addProjectsCommands } from './commands/projects.ts';
import { addReceiptsGet } from './commands/receipts-get.ts';
import { GLOBAL_FLAGS } from './config.ts';
import { type Context, createContext } from './context.ts';
import { createOutput, type OutputStream } from './output/output.ts';

export interface CliSurroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

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
  const output = createOutput(surroundings.stdout, surroundings.stderr);
  const context = createContext(surroundings.environment, surroundings.stdin, output);
  try {
    await createProgram(context).parseAsync(args, { from: 'user' });
    return context.exitCode();
  } catch (error) {
    if (output.readerIsGone(error)) return 0;
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!(error instanceof CliError)) throw error;
    output.problem(error.message);
    return error.exitCode;
  }
}

function createProgram(context: Context): Command {
  const { output } = context;
  const program = new Command('sazabi')
    .description('Send logs with a public key, read and manage with a secret key.')
    .version('0.1.0')
    .exitOverride()
    .showHelpAfterError('(--help shows what is possible)')
    .configureOutput({
      writeOut: (text) => output.printNow(text),
      writeErr: (text) => output.note(text.trimEnd()),
      outputError: (text) => output.problem(text.trimEnd()),
    })
    .addHelpText('after', EXAMPLES);
  for (const [flags, description] of GLOBAL_FLAGS) program.option(flags, description);
  addKeysCommands(program.command('keys').description('make, list, revoke and verify keys'), context);
  addProjectsCommands(program.command('projects').description('make and list projects'), context);
  const logs = program.command('logs').description('send and read logs');
  addLogsSend(logs, context);
  addLogsQuery(logs, context);
  addLogsVolume(logs, context);
  addReceiptsGet(program.command('receipts').description('what became of what was sent'), context);
  addDeadLettersCommands(
    program.command('dead-letters').description('logs that the store refused: see why, replay or delete them'),
    context,
  );
  addAdminCommands(program.command('admin').description('for whoever runs Sazabi, on its own machine'), context);
  return program;
}
