// The snapshot's copy on disk, so that an intake can start without the API: the feed's own messages, written whole and swapped in.
import { createReadStream } from 'node:fs';
import { open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder, syncFolder } from '@sazabi/durable-files';
import { createFeedApplier } from './feed-applier.ts';
import { createFeedReader } from './feed-lines.ts';
import type { FeedMessage } from './key-entry.ts';
import { createKeySnapshot, type KeySnapshot, type KeySnapshotState } from './key-snapshot.ts';
import { SNAPSHOT_WRITE_ENTRIES, SNAPSHOT_WRITE_INTERVAL_MS } from './limits.ts';

/** Where the keys package says what an operator should know; a pino logger is one. */
export interface KeyLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface SnapshotFile {
  /** Fills the snapshot from the file; null where there is none, or a bad one (with a warning). Else when it was written. */
  load(): Promise<number | null>;
  /** The snapshot has changed: it is written soon, at most once a second. */
  changed(): void;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
}

/** The copy of `snapshot` at `path`; its folder is made when needed. */
export function createSnapshotFile(path: string, snapshot: KeySnapshot, logger: KeyLogger): SnapshotFile {
  let timer: NodeJS.Timeout | null = null;
  let dirty = false;
  let writing: Promise<void> = Promise.resolve();

  const write = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writing = writing.then(async () => {
      const state = snapshot.state();
      if (!dirty || state === null) return;
      dirty = false;
      await writeState(path, state).catch((error: unknown) => {
        dirty = true;
        logger.warn(
          { event: 'key_snapshot_not_written', path, error: String(error) },
          'Key snapshot not written to disk.',
        );
      });
    });
    return writing;
  };

  return {
    async load() {
      const read = await readState(path).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT'))
          logger.warn(
            { event: 'key_snapshot_ignored', path, error: String(error) },
            'Bad key snapshot on disk ignored.',
          );
        return null;
      });
      if (read === null) return null;
      snapshot.replace(read.state);
      return read.writtenAtMs;
    },
    changed() {
      dirty = true;
      timer ??= setTimeout(write, SNAPSHOT_WRITE_INTERVAL_MS).unref();
    },
    flush: write,
  };
}

async function readState(path: string): Promise<{ state: KeySnapshotState; writtenAtMs: number }> {
  const writtenAtMs = (await stat(path)).mtimeMs;
  // Into a snapshot of its own: a file that turns out bad in the middle leaves no trace.
  const own = createKeySnapshot();
  const read = createFeedReader(createFeedApplier(own));
  for await (const chunk of createReadStream(path, { encoding: 'utf8' })) read(String(chunk));
  const state = own.state();
  if (state === null) throw new Error('the file ends before its end mark');
  return { state, writtenAtMs };
}

/** Temporary file, fsync, rename, fsync of the folder: after a crash there is the old copy or the new one, whole. */
async function writeState(path: string, state: KeySnapshotState): Promise<void> {
  const folder = dirname(path);
  makeFolder(folder, 0o700);
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w', 0o600);
  try {
    for (const part of transcript(state)) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(folder);
}

/** The state as feed messages, some entries at a time. The entries are a copy: changes meanwhile do not tear it. */
function* transcript(state: KeySnapshotState): Generator<string> {
  const { epoch, seq, entries } = state;
  const receiptSecret = Buffer.from(state.receiptSecret).toString('base64');
  yield line({ type: 'snapshot', epoch, seq, count: entries.length, receiptSecret });
  for (let from = 0; from < entries.length; from += SNAPSHOT_WRITE_ENTRIES)
    yield entries
      .slice(from, from + SNAPSHOT_WRITE_ENTRIES)
      .map((entry) => line({ type: 'put', seq, entry }))
      .join('');
  yield line({ type: 'snapshot-end', epoch, seq });
}

function line(message: FeedMessage): string {
  return `${JSON.stringify(message)}\n`;
}
