// For `test:postgres`: a real PostgreSQL server of the machine's, in a folder of its own, on a free port.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseFreePort } from '@sazabi/lifecycle';
import postgres from 'postgres';

const DEBIAN_FOLDER = '/usr/lib/postgresql';

export interface PostgresServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** @throws Error where the machine has no PostgreSQL: these tests are never passed over in silence */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = findPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const user = postgresUser();
  if (user !== null) chownSync(folder, user.uid, user.gid);
  const as = user === null ? {} : user;
  const data = join(folder, 'data');
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'], {
    ...as,
    stdio: 'ignore',
    cwd: folder,
  });
  const port = await chooseFreePort('127.0.0.1');
  const options = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder];
  const server = spawn(join(programs, 'postgres'), options, { ...as, stdio: 'ignore', cwd: folder });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await untilReady(url, server);
  return {
    url,
    async stop() {
      server.kill('SIGINT');
      if (server.exitCode === null) await once(server, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function findPrograms(): string {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER).sort() : [];
  const newest = versions.at(-1);
  if (newest === undefined) throw new Error(`PostgreSQL is needed under ${DEBIAN_FOLDER}: apt-get install postgresql`);
  return join(DEBIAN_FOLDER, newest, 'bin');
}

/** PostgreSQL refuses to run as root: then as its own user. */
function postgresUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres']).toString());
  return { uid: id('-u'), gid: id('-g') };
}

async function untilReady(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    if (server.exitCode !== null) throw new Error(`postgres ended with ${server.exitCode}`);
    const client = postgres(url, { max: 1, connect_timeout: 1 });
    const ready = await client`SELECT 1`.then(
      () => true,
      () => false,
    );
    await client.end({ timeout: 1 });
    if (ready) return;
    if (Date.now() > deadline) throw new Error('postgres did not answer in time');
  }
}
