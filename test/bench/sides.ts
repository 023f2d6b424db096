// The two sides of a comparison: a commit, checked out in a git worktree of its own, or a folder as it is.
import { type ChildProcess, type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Run, runSchema } from './results.ts';

const BENCH = join('test', 'bench', 'bench.ts');

type Bench = ChildProcessByStdio<null, Readable, null>;

export interface Side {
  readonly label: string;
  /** One round of the benchmarks. @throws Error with its output where it fails */
  run(options: readonly string[]): Promise<Run>;
  /** Ends a round that is under way. */
  stop(): void;
}

/**
 * `what`: a folder with the project, or anything that names a commit. `temporary`: a folder for worktrees and data.
 * Installs what is missing. @throws Error where it is neither, or has no benchmarks
 */
export function openSide(root: string, what: string, temporary: string, name: string): Side {
  const isFolder = existsSync(what) && statSync(what).isDirectory();
  const folder = isFolder ? resolve(what) : join(temporary, name);
  const label = isFolder ? folder : git(root, 'rev-parse', '--short', '--verify', `${what}^{commit}`).trim();
  if (!isFolder) git(root, 'worktree', 'add', '--quiet', '--detach', folder, label);
  if (!existsSync(join(folder, BENCH))) throw new Error(`${what} has no ${BENCH}: it is older than npm run bench.`);
  execFileSync(process.execPath, [join('infra', 'dev', 'setup.mjs')], { cwd: folder, stdio: ['ignore', 2, 2] });
  // What a run that is broken off leaves behind goes with the temporary folder.
  const data = join(temporary, `${name}-data`);
  mkdirSync(data, { recursive: true });
  let running: ChildProcess | null = null;
  return {
    label,
    run(options) {
      const child = startBench(folder, data, options);
      running = child;
      return runOf(child, label);
    },
    stop: () => void running?.kill(),
  };
}

/** Takes the worktrees under the temporary folder out of git's list; call it when the folder is deleted. */
export function forgetWorktrees(root: string): void {
  git(root, 'worktree', 'prune');
}

function git(root: string, ...args: string[]): string {
  return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' });
}

function startBench(folder: string, data: string, options: readonly string[]): Bench {
  return spawn(process.execPath, [BENCH, '--json', '--rounds', '1', ...options], {
    cwd: folder,
    env: { ...process.env, TMPDIR: data },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function runOf(child: Bench, label: string): Promise<Run> {
  const ended = once(child, 'close');
  const output = await text(child.stdout);
  const [code, signal] = await ended;
  if (code !== 0) throw new Error(`The benchmarks of ${label} ended with ${code ?? signal}. ${output}`);
  return runSchema.parse(JSON.parse(output));
}
