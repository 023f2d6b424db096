// schemathesis, which makes requests from an OpenAPI document: installed once into a cache folder, run as a process.
import { type SpawnOptions, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPython } from './python.ts';

const HERE = import.meta.dirname;
const REQUIREMENTS = join(HERE, 'requirements.txt');
const CACHE = join(HERE, '..', 'node_modules', '.cache');

export interface Outcome {
  /** 0 = no finding. */
  readonly exitCode: number | null;
  /** What it printed: its findings, each with a curl line that repeats it. */
  readonly output: string;
}

/**
 * Installs it unless this very list is installed, about 10 s.
 * @returns the Python that has it. @throws Error where there is no Python, or with what pip says
 */
export async function installSchemathesis(): Promise<string> {
  const python = findPython();
  if (python === null) throw new Error('There is no Python 3.11 or newer with venv and pip.');
  const version = await run(python, ['--version']);
  const list = createHash('sha256').update(readFileSync(REQUIREMENTS)).update(version.output).digest('hex');
  const folder = join(CACHE, `schemathesis-${list.slice(0, 16)}`);
  if (!existsSync(folder)) await installInto(folder, python);
  return join(folder, 'bin', 'python');
}

/** In one step for whoever looks: made beside it, then renamed. */
async function installInto(folder: string, python: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(`${folder}-`);
  await succeed(python, ['-m', 'venv', draft]);
  const pip = ['-m', 'pip', '--disable-pip-version-check', 'install', '--quiet', '--require-hashes', '--no-deps'];
  await succeed(join(draft, 'bin', 'python'), [...pip, '--only-binary', ':all:', '--requirement', REQUIREMENTS]);
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another run was faster.
    if (!existsSync(folder)) throw error;
    rmSync(draft, { recursive: true });
  }
}

/** One run with schemathesis.toml, whose placeholders are filled from `environment`. */
export async function runSchemathesis(
  python: string,
  documentUrl: string,
  environment: Readonly<Record<string, string>>,
  options: readonly string[],
): Promise<Outcome> {
  const cwd = mkdtempSync(join(tmpdir(), 'schemathesis-'));
  const config = ['--no-color', '--config-file', join(HERE, 'schemathesis.toml')];
  try {
    return await run(python, ['-m', 'schemathesis.cli', ...config, 'run', documentUrl, ...options], {
      cwd,
      env: { ...process.env, PYTHONPATH: HERE, PYTHONDONTWRITEBYTECODE: '1', ...environment },
    });
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

async function succeed(program: string, args: readonly string[]): Promise<void> {
  const { exitCode, output } = await run(program, args);
  if (exitCode !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${exitCode}:\n${output}`);
}

async function run(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<Outcome> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const note = (text: string) => {
    output += text;
  };
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', note);
  const [exitCode] = await once(child, 'close');
  return { exitCode, output };
}
