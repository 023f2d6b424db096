// Examples below a command's help.
import type { Command } from 'commander';

/** Adds lines as they are typed, and what else is worth knowing. */
export function addExamples(command: Command, lines: readonly string[], more = ''): Command {
  const examples = lines.map((line) => `  $ ${line}`).join('\n');
  return command.addHelpText('after', `\nExamples:\n${examples}${more === '' ? '' : `\n\n${more}`}`);
}
