// A peer that is built from the Go module proxy, at the versions of its go.mod and go.sum, once: the program is kept until they change.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findProgram } from './find-program.ts';

const SOURCES = fileURLToPath(import.meta.resolve('./go'));
const CACHE = fileURLToPath(import.meta.resolve('../../../node_modules/.cache/peers'));
const BUILD_DEADLINE_MS = 15 * 60_000;

export interface GoProgram {
  /** Its folder under `go`. */
  readonly name: string;
  /** What is built: `.` or the path of a package of a module that it requires. */
  readonly package: string;
}

export type Built = { readonly path: string } | { readonly reason: string };

/** Builds it where it is not built yet, which takes minutes; `say` tells so. */
export function buildGoProgram(program: GoProgram, say: (line: string) => void): Built {
  const folder = join(SOURCES, program.name);
  const path = join(CACHE, `${program.name}-${digestOf(folder)}`);
  if (existsSync(path)) return { path };
  if (findProgram('go') === null) return { reason: 'it is built with Go 1.26 or later, which is not installed' };
  say(`Building ${program.name} from Go modules, a few minutes the first time …`);
  // One package at a time and behind everything else: others work on this machine.
  const build = ['-n', '19', 'go', 'build', '-p', '1', '-buildvcs=false', '-o', path, program.package];
  const { status, stderr, error } = spawnSync('nice', build, {
    cwd: folder,
    encoding: 'utf8',
    timeout: BUILD_DEADLINE_MS,
  });
  if (status === 0) return { path };
  return { reason: `it did not build: ${error?.message ?? stderr.trim().split('\n').at(-1)}` };
}

/** The version of a module that a peer's go.mod requires, with its `v`. @throws Error where it requires none */
export function goVersion(name: string, module: string): string {
  const lines = readFileSync(join(SOURCES, name, 'go.mod'), 'utf8').split('\n');
  const fields = lines.map((line) =>
    line
      .trim()
      .replace(/^require /, '')
      .split(' '),
  );
  const version = fields.find(([path]) => path === module)?.[1];
  if (version === undefined) throw new Error(`go.mod of ${name} does not require ${module}.`);
  return version;
}

function digestOf(folder: string): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 12);
}
