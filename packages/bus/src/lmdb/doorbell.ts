// Wakes readers in other processes: the producer writes a byte into a file, the kernel tells who watches it.
import { closeSync, constants, type FSWatcher, openSync, watch, writeSync } from 'node:fs';
import { join } from 'node:path';
import { POLL_MS, POLL_WITHOUT_EVENTS_MS } from './limits.ts';

const RING = Buffer.from([1]);

export interface Doorbell {
  ring(): void;
  close(): void;
}

export interface DoorbellListener {
  /** Counts what was heard; take it before looking for records, then hand it to {@link heardSince}. */
  heard(): number;
  /** Resolves when something was heard since `count`, when it is time to look anyway, after `waitMs`, or on an abort. */
  heardSince(count: number, waitMs: number, signals: readonly AbortSignal[]): Promise<void>;
  close(): void;
}

/** The ringing side. The file is made where missing. */
export function openDoorbell(folder: string): Doorbell {
  const file = openSync(doorbellPath(folder), constants.O_RDWR | constants.O_CREAT, 0o600);
  let rung = false;
  let closed = false;
  return {
    ring() {
      if (rung || closed) return;
      rung = true;
      // Many appends of one group commit ring once.
      setImmediate(() => {
        rung = false;
        if (!closed) writeSync(file, RING, 0, 1, 0);
      });
    },
    close() {
      if (closed) return;
      closed = true;
      writeSync(file, RING, 0, 1, 0);
      closeSync(file);
    },
  };
}

/** The listening side. Where the file system has no change events it looks every 25 ms instead. */
export function listenToDoorbell(folder: string): DoorbellListener {
  closeSync(openSync(doorbellPath(folder), 'a'));
  let count = 0;
  const waiting = new Set<() => void>();
  const wake = () => {
    count += 1;
    for (const resume of [...waiting]) resume();
  };
  const watcher = tryWatch(doorbellPath(folder), wake);
  const pollMs = watcher === null ? POLL_WITHOUT_EVENTS_MS : POLL_MS;
  return {
    heard: () => count,
    heardSince: (seen, waitMs, signals) =>
      new Promise((resolve) => {
        if (count !== seen || signals.some((signal) => signal.aborted)) return resolve();
        const resume = () => {
          clearTimeout(timer);
          for (const signal of signals) signal.removeEventListener('abort', resume);
          waiting.delete(resume);
          resolve();
        };
        const timer = setTimeout(resume, Math.min(waitMs, pollMs));
        for (const signal of signals) signal.addEventListener('abort', resume);
        waiting.add(resume);
      }),
    close() {
      watcher?.close();
      wake();
    },
  };
}

function doorbellPath(folder: string): string {
  return join(folder, 'doorbell');
}

/** null where watching is impossible (no inotify watches left, a network file system). */
function tryWatch(path: string, wake: () => void): FSWatcher | null {
  try {
    return watch(path, { persistent: false }, wake).on('error', () => undefined);
  } catch {
    return null;
  }
}
