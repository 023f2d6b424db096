// The tree of commands. Only those that a call names are loaded: all of them together take most of the time of a start.
import { Command, Help } from 'commander';
import { GLOBAL_FLAGS } from './config.ts';
import type { Context } from './context.ts';
import type { Output } from './output/output.ts';
import { VERSION } from './version.ts';

const HELP_COLUMNS = 100;

const EXAMPLES = `
Examples:
  $ sazabi logs send app.log --service checkout
  $ tail -f app.log | sazabi logs send -
  $ sazabi logs query --search timeout --from 2h --filter 'level=error'
  $ sazabi logs volume --from 24h --group-by level
  $ sazabi keys public-keys create --name "Web shop"

Exit codes: 0 done, 1 failed, 2 called wrongly. Results go to stdout, everything else to stderr.`;

/** Gives a command its flags, what it does, and the commands below it. */
type Add = (command: Command, context: Context) => void;

interface TopCommand {
  readonly name: string;
  readonly description: string;
  /** What follows its name in the help of `sazabi`, where it is not loaded. A test holds it against the command. */
  readonly synopsis?: string;
  readonly load: () => Promise<Add>;
}

/** In the order of the help. */
const TOP_COMMANDS: readonly TopCommand[] = [
  {
    name: 'keys',
    description: 'make, list, change, rotate, revoke and verify keys',
    load: async () => (await import('./commands/keys/keys.ts')).addKeysCommands,
  },
  {
    name: 'projects',
    description: 'make, list, change and delete projects',
    load: async () => (await import('./commands/projects.ts')).addProjectsCommands,
  },
  {
    name: 'logs',
    description: 'send and read logs',
    load: async () => (await import('./commands/logs.ts')).addLogsCommands,
  },
  {
    name: 'receipts',
    description: 'what became of what was sent',
    load: async () => (await import('./commands/receipts-get.ts')).addReceiptsGet,
  },
  {
    name: 'dead-letters',
    description: 'logs that the store refused: see why, replay or delete them',
    load: async () => (await import('./commands/dead-letters.ts')).addDeadLettersCommands,
  },
  {
    name: 'threads',
    description: 'shared investigations, with messages',
    load: async () => (await import('./commands/threads.ts')).addThreadsCommands,
  },
  {
    name: 'settings',
    description: 'what new projects and keys begin with',
    load: async () => (await import('./commands/settings.ts')).addSettingsCommands,
  },
  {
    name: 'audit-log',
    description: 'who changed what, when, from where',
    load: async () => (await import('./commands/audit-log.ts')).addAuditLogCommands,
  },
  {
    name: 'usage',
    synopsis: '[options]',
    description: 'what was accepted and what was not, of the key’s mode',
    load: async () => (await import('./commands/usage.ts')).addUsage,
  },
  {
    name: 'load',
    synopsis: '[options]',
    description: 'load-test the intake: throughput, latency, freshness, and what it costs',
    load: async () => (await import('./commands/load.ts')).addLoad,
  },
  {
    name: 'me',
    synopsis: '[options]',
    description: 'show whose secret key this is, and what it may do',
    load: async () => (await import('./commands/me.ts')).addMe,
  },
  {
    name: 'completion',
    synopsis: '<shell>',
    description: 'print a script that completes commands, flags and values in your shell',
    load: async () => (await import('./commands/completion.ts')).addCompletion,
  },
  {
    name: 'admin',
    synopsis: '[options]',
    description: 'for whoever runs Sazabi, on its own machine',
    load: async () => (await import('./commands/admin.ts')).addAdminCommands,
  },
];
/** It is made of all the others. */
const COMPLETION = 'completion';

/**
 * The tree of all commands; for a call with `args`, of those alone that are named among them. Of the others it has the names: commander
 * gives a call to a command that is named, as does the help, and what has a name that is a value as well (`--search keys`) only comes too.
 */
export async function createProgram(context: Context, args?: readonly string[]): Promise<Command> {
  const program = createRoot(context);
  const isWhole = args === undefined || args.includes(COMPLETION);
  for (const { name, description } of TOP_COMMANDS) program.command(name).description(description);
  await Promise.all(
    TOP_COMMANDS.map(async ({ name, load }) => {
      if (!isWhole && !args.includes(name)) return;
      const add = await load();
      const command = program.commands.find((one) => one.name() === name);
      if (command !== undefined) add(command, context);
    }),
  );
  return program;
}

function createRoot(context: Context): Command {
  const { output } = context;
  const plain = new Help();
  const program: Command = new Command('sazabi')
    .description('Send logs with a public key, read and manage with a secret key.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(--help shows what is possible)')
    .hook('preAction', async (_program, command) => {
      if (command.opts().project === undefined) return;
      const { resolveProjectFlag } = await import('./commands/projects.ts');
      await resolveProjectFlag(context, command);
    })
    .configureHelp({
      subcommandTerm: (command) =>
        command.parent === program ? rootTermOf(command.name()) : plain.subcommandTerm(command),
    })
    .configureOutput({
      getOutHelpWidth: () => helpColumns(output),
      getErrHelpWidth: () => helpColumns(output),
      writeOut: (text) => output.printNow(text),
      writeErr: (text) => output.note(text.trimEnd()),
      outputError: (text) => output.problem(text.trimEnd()),
    })
    .addHelpText('after', EXAMPLES);
  for (const [flags, description] of GLOBAL_FLAGS) program.option(flags, description);
  return program;
}

/** As it stands in the help of `sazabi`, whether the command is loaded or not. */
export function rootTermOf(name: string): string {
  const synopsis = TOP_COMMANDS.find((one) => one.name === name)?.synopsis;
  return synopsis === undefined ? name : `${name} ${synopsis}`;
}

/** Help is broken into lines as wide as the terminal; elsewhere as wide as most are. */
function helpColumns({ columns }: Output): number {
  return Number.isFinite(columns) ? columns : HELP_COLUMNS;
}
