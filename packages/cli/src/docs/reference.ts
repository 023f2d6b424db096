// The reference of all commands (docs/cli/): what `--help` says of each, a page for each of the first words.
import { PassThrough } from 'node:stream';
import type { Command } from 'commander';
import { createContext } from '../context.ts';
import { createOutput } from '../output/output.ts';
import { createProgram } from '../program.ts';

const COLUMNS = 100;

export interface Page {
  /** The file below docs/cli. */
  readonly file: string;
  readonly text: string;
}

/** The tree of all commands, which writes nowhere. */
export function silentProgram(): Promise<Command> {
  const nowhere = () => new PassThrough().resume();
  return createProgram(createContext({}, nowhere(), createOutput(nowhere(), nowhere(), {})));
}

/** Every page, made from the tree. */
export async function referencePages(): Promise<readonly Page[]> {
  const program = await silentProgram();
  const groups = subcommandsOf(program);
  return [
    {
      file: 'README.md',
      text: [
        '# Commands',
        'What `--help` says, written by `node packages/cli/src/docs/write-reference.ts`. To begin with: [the command line](../cli.md).',
        groups.map((group) => `- [sazabi ${group.name()}](${group.name()}.md): ${group.description()}`).join('\n'),
        blockOf(program),
      ].join('\n\n'),
    },
    ...groups.map((group) => ({
      file: `${group.name()}.md`,
      text: [`# sazabi ${group.name()}`, ...sectionsOf(group, `sazabi ${group.name()}`)].join('\n\n'),
    })),
  ].map(({ file, text }) => ({ file, text: `${text}\n` }));
}

/** The command's own help where it is one to run, and those below it. */
function sectionsOf(command: Command, path: string): readonly string[] {
  const below = subcommandsOf(command);
  if (below.length === 0) return [blockOf(command)];
  return [
    `${command.description()}.`,
    ...below.flatMap((one) => {
      const name = `${path} ${one.name()}`;
      return subcommandsOf(one).length === 0 ? [`## ${name}`, blockOf(one)] : sectionsOf(one, name);
    }),
  ];
}

function subcommandsOf(command: Command): readonly Command[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .filter((one) => one.name() !== 'help');
}

function blockOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => COLUMNS,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}
