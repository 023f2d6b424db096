// What may be typed where, read off the tree of commands: completion is made of nothing else, so it is always whole.
import type { Command, Option } from 'commander';

export interface Candidate {
  readonly text: string;
  readonly description: string;
}

export interface Flag extends Candidate {
  /** Whether a value follows. */
  readonly valued: boolean;
  /** The values there are; empty where it may be anything. */
  readonly values: readonly string[];
}

/** One command: what may follow its name. */
export interface Place {
  /** The words that lead to it, as `logs query`; empty: `sazabi` alone. */
  readonly path: string;
  readonly commands: readonly Candidate[];
  readonly flags: readonly Flag[];
  /** The values of its arguments that are enumerated. */
  readonly values: readonly string[];
  /** Whether it takes a file. */
  readonly files: boolean;
}

/** Every command below `program` and itself; the flags of those above a command are its own too. */
export function grammarOf(program: Command): readonly Place[] {
  return placesOf(program, '', []);
}

function placesOf(command: Command, path: string, inherited: readonly Flag[]): readonly Place[] {
  const help = command.createHelp();
  // Its own help and version are its own alone.
  const own = command.options.filter((option) => !option.hidden && option.attributeName() !== 'version').map(flagOf);
  const below = [...own, ...inherited];
  const shown = help.visibleOptions(command).map(flagOf);
  const subcommands = help.visibleCommands(command).filter((one) => one.name() !== 'help');
  const place: Place = {
    path,
    commands: subcommands.map((one) => ({ text: one.name(), description: one.description() })),
    flags: [...shown, ...inherited],
    values: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
    files: command.registeredArguments.some((argument) => argument.name() === 'file'),
  };
  return [
    place,
    ...subcommands.flatMap((one) => placesOf(one, path === '' ? one.name() : `${path} ${one.name()}`, below)),
  ];
}

function flagOf(option: Option): Flag {
  return {
    text: option.long ?? option.short ?? '',
    description: option.description,
    valued: option.required || option.optional,
    values: option.argChoices ?? [],
  };
}

/** Every flag that a value follows. No flag is one at one command and none at another: a test holds it. */
export function valuedFlags(places: readonly Place[]): readonly string[] {
  const valued = places.flatMap(({ flags }) => flags.filter((flag) => flag.valued).map(({ text }) => text));
  return [...new Set(valued)].sort();
}
