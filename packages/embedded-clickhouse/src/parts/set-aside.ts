// Before the engine loads its parts: those that were not written whole are set aside, so that it takes what they were merged from.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { RECENT_PARTS_MS, SET_ASIDE_KEPT_MS } from '../limits.ts';
import { readChecksums } from './checksums-file.ts';

const CHECKSUMS = 'checksums.txt';
/** Not listed there, and never empty. */
const UNLISTED = ['columns.txt', 'columns_substreams.txt', 'default_compression_codec.txt', 'metadata_version.txt'];
const DETACHED = 'detached';
/** `system.detached_parts` shows it as the reason. */
const PREFIX = 'not-whole_';
/** Partition, blocks, level, and of a mutated part its version; not what has another name until it is done. */
const PART = /^(?!tmp|delete_tmp)\S+_\d+_\d+_\d+(?:_\d+)?$/;
/**
 * Files that are written at once and without which, once they are empty, the engine does not start: a mutation (whoever asked for it has
 * had no answer), and the table that log-store makes to see what insert tokens do (it makes another). An empty definition of any
 * other table is the operator's to mend, as that table's rows are behind it.
 */
const NOTHING_LOST = /^(?:mutation_\d+\.txt|insert_check_\w+\.sql)$/;

/**
 * The engine's own look at its parts does not suffice: a part in wide form whose files of marks are all empty it takes for one of no
 * rows, in the place of those it was merged from, which it then removes; that a file of data is too short it finds when that is
 * read. What is lost of a file is missing at its end, so its size tells. Only parts that are young beside the youngest are looked
 * at: what older ones were merged from is gone. A clock that was ahead has left parts that hide no others, and are looked at always.
 * What is gone when it is looked at is another engine's that runs here: this one will not start, and says why.
 * @param dataFolder the engine's own
 * @returns paths of what was set aside or removed
 * @throws what the file system answers, except that something is not there or no folder
 */
export function setAsideBroken(dataFolder: string, nowMs = Date.now()): readonly string[] {
  const tables = tablesIn(join(dataFolder, 'store'));
  for (const table of tables) removeOld(join(table, DETACHED), nowMs - SET_ASIDE_KEPT_MS);
  const parts = tables.flatMap(partsOf);
  const youngestMs = parts.reduce((last, { changedMs }) => (changedMs > nowMs ? last : Math.max(last, changedMs)), 0);
  const broken = parts
    .filter(({ path, changedMs }) => changedMs >= youngestMs - RECENT_PARTS_MS && !isWhole(path))
    .filter((part) => setAside(part, nowMs));
  const empty = tables.flatMap(emptyFiles);
  for (const path of empty) rmSync(path, { force: true });
  return [...broken.map(({ path }) => path), ...empty];
}

/** Whether the part was there to be set aside. */
function setAside({ table, name, path }: { table: string; name: string; path: string }, nowMs: number): boolean {
  const target = join(table, DETACHED, `${PREFIX}${name}`);
  const moved = unlessAbsent(() => {
    mkdirSync(join(table, DETACHED), { recursive: true });
    // The same merge may have failed before.
    rmSync(target, { recursive: true, force: true });
    renameSync(path, target);
    // How long it lies there is counted from now.
    utimesSync(target, nowMs / 1000, nowMs / 1000);
    return true;
  });
  return moved ?? false;
}

/** Removes what was set aside before. */
function removeOld(detached: string, beforeMs: number): void {
  for (const name of entriesOf(detached).filter((entry) => entry.startsWith(PREFIX))) {
    const path = join(detached, name);
    const changedMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (changedMs < beforeMs) rmSync(path, { recursive: true, force: true });
  }
}

/** Folders of tables, and of databases, which hold the tables' definitions; what lies among them and is no folder is not the engine's. */
function tablesIn(store: string): readonly string[] {
  return entriesOf(store).flatMap((start) => entriesOf(join(store, start)).map((id) => join(store, start, id)));
}

function partsOf(table: string) {
  return entriesOf(table)
    .filter((name) => PART.test(name))
    .flatMap((name) => {
      const path = join(table, name);
      const found = statSync(path, { throwIfNoEntry: false });
      return found?.isDirectory() ? [{ table, name, path, changedMs: found.mtimeMs }] : [];
    });
}

function emptyFiles(table: string): readonly string[] {
  const names = entriesOf(table).filter((name) => NOTHING_LOST.test(name));
  return names.map((name) => join(table, name)).filter((path) => sizeOf(path) === 0);
}

/** Whether each of the part's files has its length. A part without a list, or with one of another form, is left to the engine. */
function isWhole(part: string): boolean {
  const list = unlessAbsent(() => readFileSync(join(part, CHECKSUMS)));
  if (list === null) return true;
  if (UNLISTED.some((name) => sizeOf(join(part, name)) === 0)) return false;
  const files = filesOf(list);
  if (files === 'broken') return false;
  return files.every(({ name, bytes }) => {
    const path = join(part, name);
    if (!name.endsWith('.proj')) return sizeOf(path) === bytes;
    // A projection that its part lists has a list of its own.
    return sizeOf(join(path, CHECKSUMS)) !== undefined && isWhole(path);
  });
}

function filesOf(list: Uint8Array) {
  try {
    return readChecksums(list) ?? [];
  } catch (error) {
    if (error instanceof RangeError) return 'broken';
    throw error;
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

function entriesOf(folder: string): readonly string[] {
  return unlessAbsent(() => readdirSync(folder)) ?? [];
}

/** null where what is asked for is not there, or lies in what is no folder. */
function unlessAbsent<T>(look: () => T): T | null {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  }
}
