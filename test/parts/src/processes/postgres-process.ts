// A PostgreSQL server of its own, from npm's programs; syncs stay on, for what is acknowledged must survive.
import { execFile } from 'node:child_process';
import { chownSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CONNECTIONS_MAX } from '../limits.ts';
import { createDatabase, databaseAnswers, PASSWORD, USER } from '../postgres-databases.ts';
import type { TestPostgres } from '../test-part.ts';
import { chooseFreePort } from './free-port.ts';
import { postgresPrograms, postgresUser } from './postgres-programs.ts';
import { startServer } from './server-process.ts';

const run = promisify(execFile);

/** Makes a new cluster and starts it: 0.7 s on an idle machine. */
export async function startPostgresProcess(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'sazabi-postgres-'));
  const user = postgresUser();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const programs = postgresPrograms(folder, user);
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD, { mode: 0o644 });
  const data = join(folder, 'data');
  const cluster = ['--no-locale', '--encoding=UTF8', '--no-sync', '--auth=scram-sha-256'];
  await run(programs.initdb, ['-D', data, '-U', USER, `--pwfile=${passwordFile}`, ...cluster], {
    cwd: folder,
    ...user,
  });
  const port = await chooseFreePort();
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: CONNECTIONS_MAX,
    shared_buffers: '32MB',
  };
  const address = `127.0.0.1:${port}`;
  const server = await startServer({
    name: 'PostgreSQL',
    command: programs.postgres,
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    folder,
    // An immediate shutdown: like SIGKILL, but it gives its shared memory back.
    stopSignal: 'SIGQUIT',
    ...(user === undefined ? {} : { user }),
    answers: () => databaseAnswers(address),
  });
  return { ...server, address, createDatabase: () => createDatabase(address) };
}
