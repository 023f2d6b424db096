// Before the engine loads its parts: those that were not written whole are set aside, so that it takes what they were merged from.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RECENT_PARTS_MS } from '../limits.ts';
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
 * at: what older ones were merged from is gone.
 * @param dataFolder the engine's own
 * @returns paths of what was set aside or removed
 */
export function setAsideBroken(dataFolder: string): readonly string[] {
  const tables = tablesIn(join(dataFolder, 'store'));
  const parts = tables.flatMap(partsOf);
  const youngestMs = parts.reduce((latest, { changedMs }) => Math.max(latest, changedMs), 0);
  const broken = parts
    .filter(({ path, changedMs }) => changedMs >= youngestMs - RECENT_PARTS_MS && !isWhole(path))
    // Another engine that runs here removes parts that it has merged; this one will not start.
    .filter(({ path }) => existsSync(join(path, CHECKSUMS)));
  for (const { table, name, path } of broken) {
    const target = join(table, DETACHED, `${PREFIX}${name}`);
    mkdirSync(join(table, DETACHED), { recursive: true });
    // The same merge may have failed before.
    rmSync(target, { recursive: true, force: true });
    renameSync(path, target);
  }
  const empty = tables.flatMap(emptyFiles);
  for (const path of empty) rmSync(path, { force: true });
  return [...broken.map(({ path }) => path), ...empty];
}

/** Folders of tables, and of databases, which hold the tables' definitions. */
function tablesIn(store: string): readonly string[] {
  if (!existsSync(store)) return [];
  return readdirSync(store).flatMap((start) => readdirSync(join(store, start)).map((id) => join(store, start, id)));
}

function partsOf(table: string) {
  return readdirSync(table, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && PART.test(entry.name))
    .map(({ name }) => {
      const path = join(table, name);
      return { table, name, path, changedMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
    });
}

function emptyFiles(table: string): readonly string[] {
  const names = readdirSync(table).filter((name) => NOTHING_LOST.test(name));
  return names.map((name) => join(table, name)).filter((path) => sizeOf(path) === 0);
}

/** Whether each of the part's files has its length. A part without a list, or with one of another form, is left to the engine. */
function isWhole(part: string): boolean {
  if (!existsSync(join(part, CHECKSUMS))) return true;
  if (UNLISTED.some((name) => sizeOf(join(part, name)) === 0)) return false;
  const files = listOf(part);
  if (files === 'broken') return false;
  return files.every(({ name, bytes }) => {
    const path = join(part, name);
    return name.endsWith('.proj') ? isWhole(path) : sizeOf(path) === bytes;
  });
}

function listOf(part: string) {
  try {
    return readChecksums(readFileSync(join(part, CHECKSUMS))) ?? [];
  } catch (error) {
    if (error instanceof RangeError) return 'broken';
    throw error;
  }
}

function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}
