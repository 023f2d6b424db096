// Where commands write: results to stdout, everything else to stderr; colours only on a terminal.
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { CliError } from '../cli-error.ts';
import { type ColourEnvironment, hasColours } from './colours.ts';
import { printable, printableJson } from './printable.ts';

export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };
export type Style = Parameters<typeof styleText>[0];

export interface Output {
  /** Characters in a line of stdout; a pipe has no end of line. */
  readonly columns: number;
  /** One result line (a newline is added); resolves when there is room for more. */
  print(line: string): Promise<void>;
  /** A result as one line of JSON. */
  printJson(value: unknown): Promise<void>;
  /** As it is, without waiting. */
  printNow(text: string): void;
  /** A line for the person: stderr. */
  note(line: string): void;
  /** What went wrong: stderr; control characters of others are shown escaped. */
  problem(message: string): void;
  /** A line on stderr that the next one overwrites; nothing where stderr is not a terminal. */
  status(line: string): void;
  readonly statusIsShown: boolean;
  /** Colours for stdout, where it shows them. */
  style(format: Style, text: string): string;
  /** Resolves once all results are written. @throws CliError where they cannot be */
  written(): Promise<void>;
  /** Whether the error only says that whoever read stdout has had enough (`| head`). */
  readerIsGone(error: unknown): boolean;
}

/** Output to these streams. A reader of stdout that goes away ends the writing quietly; a full disk does not. */
export function createOutput(stdout: OutputStream, stderr: OutputStream, environment: ColourEnvironment): Output {
  let gone: Error | null = null;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    gone ??= error.code === 'EPIPE' ? error : new CliError(`The output cannot be written (${error.code}).`);
  });
  // Nobody reads the notes: the results still matter.
  stderr.on('error', () => undefined);

  const write = async (text: string): Promise<void> => {
    if (gone === null && !stdout.write(text)) await once(stdout, 'drain').catch(() => undefined);
    if (gone !== null) throw gone;
  };
  const written = async (): Promise<void> => {
    // Streams tell errors after the call that met them, so the last one is told after this.
    await new Promise<void>((resolve) => void stdout.write('', () => setImmediate(resolve)));
    if (gone !== null) throw gone;
  };
  const stylerOf = (stream: OutputStream) => {
    const coloured = hasColours(stream.isTTY === true, environment);
    return (format: Style, text: string): string =>
      coloured ? styleText(format, text, { validateStream: false }) : text;
  };
  const styled = stylerOf(stdout);
  const styledProblem = stylerOf(stderr);

  return {
    columns: stdout.isTTY ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY,
    print: (line) => write(`${line}\n`),
    printJson: (value) => write(`${stdout.isTTY ? printableJson(JSON.stringify(value)) : JSON.stringify(value)}\n`),
    printNow: (text) => void stdout.write(text),
    note: (line) => void stderr.write(`${line}\n`),
    problem(message) {
      const lines = message.split('\n').map(printable).join('\n');
      stderr.write(`${styledProblem('red', lines)}\n`);
    },
    status(line) {
      if (stderr.isTTY) stderr.write(`\r\u001b[K${line}`);
    },
    statusIsShown: stderr.isTTY === true,
    style: styled,
    written,
    readerIsGone: (error) => error === gone && gone !== null && !(error instanceof CliError),
  };
}
