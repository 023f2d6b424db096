// The processes behind an address of this machine, from /proc (Linux, proc(5)): the intake is who listens on its port, and the
// process table that `npm start` keeps in its data folder names the others.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const tableSchema = z.array(z.object({ name: z.string(), pid: z.int().positive() }));
/** proc(5), /proc/net/tcp: the state of a socket that listens. */
const LISTENING = '0A';
const SOCKET_LINES = ['tcp', 'tcp6'];

export interface ServicesOptions {
  readonly intakeUrl: URL;
  readonly apiUrl: URL | undefined;
  /** Where processes.json is looked for. */
  readonly dataDir: string;
  /** Named by the caller, over all that is found. */
  readonly named: ReadonlyMap<string, number>;
}

export interface Services {
  /** By name: standalone, engine, query-api, consumer, intake; empty where none is on this machine. */
  readonly pids: ReadonlyMap<string, number>;
  /** What a reader of the figures should know: that processes are missing, and why. Null where all are there. */
  readonly missing: string | null;
}

/** Looks anew at each call: a supervisor may have restarted one. */
export function findServices({ intakeUrl, apiUrl, dataDir, named }: ServicesOptions): Services {
  const intake = isLoopback(intakeUrl) ? pidListeningOn(portOf(intakeUrl)) : null;
  if (intake === null) {
    const missing =
      named.size > 0
        ? null
        : `not local: no process of this machine that may be looked at listens at ${intakeUrl.origin}`;
    return { pids: named, missing };
  }
  const table = readTable(dataDir);
  if (table.get('intake') === intake) return { pids: new Map([...table, ...named]), missing: null };
  const api = apiUrl !== undefined && isLoopback(apiUrl) ? pidListeningOn(portOf(apiUrl)) : null;
  const pids = new Map([
    ['intake', intake],
    ...(api === null || api === intake ? [] : [['query-api', api] as const]),
    ...named,
  ]);
  const missing =
    'only the processes that listen at the addresses were found: set SAZABI_DATA_DIR to the data folder of `npm start`, or name others with --process';
  return { pids, missing: named.size > 0 ? null : missing };
}

/** Whether the address is of this machine alone. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === 'https:' ? 443 : 80));
}

function readTable(dataDir: string): ReadonlyMap<string, number> {
  try {
    const table = tableSchema.parse(JSON.parse(readFileSync(join(dataDir, 'processes.json'), 'utf8')));
    return new Map(table.map(({ name, pid }) => [name, pid]));
  } catch {
    // No table, or another user's.
    return new Map();
  }
}

/** The process whose socket listens there; null where there is none, or it is another user's. */
export function pidListeningOn(port: number): number | null {
  const inodes = new Set(SOCKET_LINES.flatMap((file) => listeningInodes(file, port)));
  if (inodes.size === 0) return null;
  for (const entry of namesIn('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    for (const descriptor of namesIn(`/proc/${entry}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${entry}/fd/${descriptor}`))?.[1];
      if (inode !== undefined && inodes.has(inode)) return Number(entry);
    }
  }
  return null;
}

/** Lines of /proc/net/tcp: number, local address:port in hex, remote, state, …, the tenth field the inode. */
function listeningInodes(file: string, port: number): string[] {
  const portText = port.toString(16).toUpperCase().padStart(4, '0');
  return textOf(`/proc/net/${file}`)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${portText}`) && fields[3] === LISTENING)
    .map((fields) => fields[9] ?? '');
}

// Processes end while they are looked at, and others may not be looked at: both are as if they were not there.
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
