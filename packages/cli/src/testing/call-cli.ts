// Runs the command line within the test's own process: the same but for the start, which takes most of a call's time.
import { PassThrough } from 'node:stream';
import { runCli } from '../run-cli.ts';
import type { Ran } from './run-sazabi.ts';

export interface CallOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** All of stdin. */
  readonly input?: string | Buffer;
  /** As a person at a terminal of so many columns, who types `input`. */
  readonly columns?: number;
}

/** Calls `sazabi …args` to its end. */
export async function callCli(args: readonly string[], options: CallOptions = {}): Promise<Ran> {
  const { environment = {}, input = '', columns } = options;
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const texts = [stdout, stderr].map((stream) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
    return () => Buffer.concat(chunks).toString('utf8');
  });
  if (columns === undefined) stdin.end(input);
  else stdin.write(input);
  const code = await runCli(args, {
    environment,
    stdin: Object.assign(stdin, terminal),
    stdout: Object.assign(stdout, terminal),
    stderr: Object.assign(stderr, terminal),
  });
  const [out, err] = texts.map((text) => text());
  return { code, stdout: out ?? '', stderr: err ?? '' };
}
