// One process at a time on a folder, by a lock that dies with its process: a Unix socket that somebody listens on.
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Bytes of a socket's path that every system takes (`sun_path` is 104 on macOS, 108 on Linux, with a final zero). */
const SOCKET_PATH_BYTES_MAX = 103;
const RETRY_MS = 50;

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the lock `name` on a folder that exists; null where a living process keeps it for `waitMs`. What a killed
 * process leaves is seen as dead and removed: nobody listens on it.
 *
 * Each process listens on a socket of its own name before it looks for others, so of two that start at once at least
 * one sees the other. Both may: then both step back and try again after different times.
 */
export async function lockFolder(folder: string, name: string, waitMs = 0): Promise<FolderLock | null> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const lock = await tryLock(folder, name);
    if (lock !== null || Date.now() >= deadline) return lock;
    await delay(RETRY_MS * (0.5 + Math.random()));
  }
}

async function tryLock(folder: string, name: string): Promise<FolderLock | null> {
  const path = socketPath(folder, `${name}.${randomUUID().slice(0, 8)}.lock`);
  const sockets = join(path, '..');
  const server = await listenOn(path);
  const release = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  for (const other of readdirSync(sockets)) {
    if (!other.startsWith(`${name}.`) || !other.endsWith('.lock') || other === basename(path)) continue;
    if (await somebodyListens(join(sockets, other))) {
      await release();
      return null;
    }
    rmSync(join(sockets, other), { force: true });
  }
  return { release };
}

/** In the folder itself; where that path is too long for a socket, in a folder of the temporary ones named after it. */
function socketPath(folder: string, fileName: string): string {
  const path = join(realpathSync(folder), fileName);
  if (Buffer.byteLength(path) <= SOCKET_PATH_BYTES_MAX) return path;
  const digest = createHash('sha256').update(realpathSync(folder)).digest('hex').slice(0, 16);
  const substitute = join(tmpdir(), `sazabi-${digest}`);
  mkdirSync(substitute, { recursive: true, mode: 0o700 });
  return join(substitute, fileName);
}

function listenOn(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    // The lock alone keeps no process alive.
    server.listen(path, () => resolve(server.unref()));
  });
}

function somebodyListens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
