// One call of `sazabi`: runs the command asked for, turns every failure into a message and an exit code.
import type { Readable } from 'node:stream';
import { CommanderError } from 'commander';
import { CliError } from './cli-error.ts';
import { type Context, createContext } from './context.ts';
import { createOutput, type OutputStream } from './output/output.ts';
import { createProgram } from './program.ts';

export interface CliSurroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly stdin: Readable;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

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
  const program = (await createProgram(context, args)).addHelpText('beforeAll', ({ command, error }) => {
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
