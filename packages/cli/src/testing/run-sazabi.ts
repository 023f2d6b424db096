// Runs the real command line as a process of its own; for tests.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/sazabi.mjs', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** All of stdin. */
  readonly input?: string | Buffer;
}

/** Runs `sazabi …args` to its end, with no variables but these. */
export async function runSazabi(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = startSazabi(args, options.environment ?? {});
  // A command that stops early leaves input unread.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [stdout, stderr, code] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ]);
  return { code, stdout, stderr };
}

/** Starts `sazabi …args`; its streams are the caller's. */
export function startSazabi(args: readonly string[], environment: Readonly<Record<string, string>>) {
  return spawn(process.execPath, [BIN, ...args], { env: { ...environment }, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** As {@link startSazabi}, in a process group of its own, by a Node that runs no TypeScript: the launcher starts the project's. */
export function startByOldNode(args: readonly string[], environment: Readonly<Record<string, string>>) {
  return spawn(process.execPath, ['--no-experimental-strip-types', BIN, ...args], {
    env: { ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
