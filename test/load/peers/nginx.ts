// nginx that answers 204: what any server pays for reading a request from a socket and answering it.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseFreePort } from '@sazabi/lifecycle';
import { findProgram } from './find-program.ts';
import type { LeftOut, Peer } from './peer.ts';
import { startServer } from './server-process.ts';

export function findNginx(): Peer | LeftOut {
  const program = findProgram('nginx');
  if (program === null)
    return { name: 'nginx', reason: 'it is not installed; on Debian it is in the package nginx-light' };
  // It writes its version to stderr.
  const version = /nginx\/(\S+)/.exec(spawnSync(program, ['-v'], { encoding: 'utf8' }).stderr)?.[1] ?? 'unknown';
  return {
    id: 'nginx',
    name: 'nginx, 204',
    version,
    acknowledgement: 'bytes read, nothing kept',
    settleMs: 1000,
    async start(folder) {
      const port = await chooseFreePort('127.0.0.1');
      const url = `http://127.0.0.1:${port}`;
      const configuration = join(folder, 'nginx.conf');
      writeFileSync(configuration, configurationOf(folder, port));
      const server = await startServer(program, ['-p', folder, '-c', configuration, '-e', 'stderr'], folder, url);
      return { ...server, url: () => url, headers: () => ({}), settled: async () => undefined };
    },
  };
}

/** One worker, since wrk has one thread; connections live as long as the load. */
const configurationOf = (folder: string, port: number) => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_max_body_size 64m;
  server {
    listen 127.0.0.1:${port};
    location / { return 204; }
  }
}
`;
