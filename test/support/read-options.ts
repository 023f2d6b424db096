// Options of the commands of this folder: what is wrong with them is told in a line, not by Node's frames.
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** The command line by parseArgs; a wrong one ends the process as {@link orRefuse} does. */
export function readOptions<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  return orRefuse(() => parseArgs(config));
}

/** What `read` makes of options; where it throws a RangeError or parseArgs' own, the process ends with 2 and a line of it. */
export function orRefuse<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    process.stderr.write(`${problemOf(error).replace(/\.$/, '')}. --help shows what is possible.\n`);
    process.exit(2);
  }
}

/** @throws whatever is no problem of options */
function problemOf(error: unknown): string {
  if (error instanceof RangeError) return error.message;
  if (!(error instanceof Error && 'code' in error && /^ERR_PARSE_ARGS_/.test(String(error.code)))) throw error;
  // It goes on to tell how an argument may begin with a hyphen; no command here takes one that does.
  return error.message.split('. ', 1).join();
}

/** The number of an option. @throws RangeError that names it, for what is no whole number or less than `least` */
export function wholeNumber(name: string, text: string, least: number): number {
  if (!/^\d+$/.test(text) || Number(text) < least)
    throw new RangeError(`--${name} takes a whole number of ${least} or more, not ${JSON.stringify(text)}`);
  return Number(text);
}
