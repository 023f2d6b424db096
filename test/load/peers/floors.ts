// The floors: uWebSockets.js, which our intake is built on, that reads each body, or parses it too, and keeps nothing.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Peer } from './peer.ts';

export interface FloorServer {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

/** It ends with this process, by loss of IPC. */
export async function startFloor(work: 'read' | 'parse'): Promise<FloorServer> {
  const child = fork(fileURLToPath(import.meta.resolve('../floor-server.ts')), [work]);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve(String(Object(message).url)));
    child.once('exit', (code) => reject(new Error(`The floor ended with code ${code}.`)));
  });
  return {
    pid: child.pid ?? 0,
    url,
    async stop() {
      child.disconnect();
      await ended;
    },
  };
}

export const floors = (): readonly Peer[] => [
  floorPeer('uws-read', 'uWebSockets.js, read', 'read', 'bytes read, nothing kept'),
  floorPeer('uws-parse', 'uWebSockets.js, read and JSON.parse', 'parse', 'inflated and parsed, nothing kept'),
];

function floorPeer(id: Peer['id'], name: string, work: 'read' | 'parse', acknowledgement: string): Peer {
  return {
    id,
    name,
    version: `${uwsVersion()} on Node ${process.versions.node}`,
    acknowledgement,
    settleMs: 1000,
    async start() {
      const server = await startFloor(work);
      return { ...server, url: () => server.url, headers: () => ({}), settled: async () => undefined };
    },
  };
}

/** Its package.json is not among its exports; it lies beside its entry. */
function uwsVersion(): string {
  const text = readFileSync(new URL('package.json', import.meta.resolve('uWebSockets.js')), 'utf8');
  return String(Object(JSON.parse(text)).version);
}
