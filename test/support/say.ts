// What a command is at, for whoever waits for it.

/** A line on stderr, behind the seconds since the command was started: its result alone goes to stdout. */
export function say(line: string): void {
  process.stderr.write(`${String(Math.round(performance.now() / 1000)).padStart(4)} s  ${line}\n`);
}
