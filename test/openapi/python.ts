// The Python that runs schemathesis, where the machine has one.
import { spawnSync } from 'node:child_process';

const PROGRAMS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11'];

/** schemathesis asks for 3.11; Debian has `ensurepip`, which a virtual environment begins with, in a package of its own. */
const PROBE = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))';

/** The first program that can make a virtual environment for schemathesis, or null. */
export function findPython(): string | null {
  return PROGRAMS.find((program) => spawnSync(program, ['-c', PROBE]).status === 0) ?? null;
}

/** True where there is no such Python, after a line that says what to install; in CI never, so that its tests fail there. */
export function pythonIsMissing(): boolean {
  if (process.env.CI !== undefined || findPython() !== null) return false;
  process.stdout.write(
    'Tests of the API against its OpenAPI document are left out: install Python 3.11 or newer with venv and pip.\n',
  );
  return true;
}
