// Looks at LMDB's files before LMDB does: lmdb 3.5.6 ends the process (SIGSEGV) on a file that is none of its own, and
// reading a truncated one ends it too (SIGBUS).
import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** LMDB's name for its file of pages. */
export const DATA_FILE = 'data.mdb';
const LOCK_FILE = 'lock.mdb';

/** Where lmdb's mdb.c (data version 2) has them in each of the two meta pages, little-endian. */
const MAGIC = { at: 24, value: 0xbeefc0de };
const VERSION = { at: 28, value: 2 };
const PAGE_SIZE_AT = 48;
const LAST_PAGE_AT = 144;
const TRANSACTION_AT = 152;
const META_BYTES = 160;
/** Pages at the end that a transaction took and gave back are never written: the file may be this much shorter. */
const UNWRITTEN_PAGES_MAX = 16;

/** Why the environment in `folder` must not be opened, or null. @throws where the files cannot be read at all */
export async function reasonNotToOpen(folder: string): Promise<string | null> {
  const lock = await statOrNull(join(folder, LOCK_FILE));
  if (lock !== null && !lock.isFile()) return `${LOCK_FILE} is not a file`;
  const path = join(folder, DATA_FILE);
  const data = await statOrNull(path);
  // An empty one was made by a process that was killed before it wrote; LMDB begins anew in it.
  if (data === null || (data.isFile() && data.size === 0)) return null;
  if (!data.isFile()) return `${DATA_FILE} is not a file`;
  const file = await open(path, 'r');
  try {
    return await reasonNotToRead(file);
  } finally {
    await file.close();
  }
}

async function reasonNotToRead(file: FileHandle): Promise<string | null> {
  const foreign = `${DATA_FILE} is damaged or not a bus of this version`;
  const first = await metaAt(file, 0);
  const pageSize = first?.pageSize ?? 0;
  const second = await metaAt(file, pageSize);
  if (first === null || second === null || pageSize === 0) return foreign;
  const latest = first.transaction > second.transaction ? first : second;
  // Asked after the metas were read: another process may be appending, and it writes pages before it writes a meta.
  const { size } = await file.stat();
  if (size < (latest.lastPage - UNWRITTEN_PAGES_MAX) * pageSize) return `${DATA_FILE} is truncated`;
  return null;
}

async function metaAt(file: FileHandle, position: number) {
  const meta = Buffer.alloc(META_BYTES);
  const { bytesRead } = await file.read(meta, 0, META_BYTES, position);
  if (bytesRead < META_BYTES || meta.readUInt32LE(MAGIC.at) !== MAGIC.value) return null;
  if (meta.readUInt16LE(VERSION.at) !== VERSION.value) return null;
  return {
    pageSize: meta.readUInt32LE(PAGE_SIZE_AT),
    lastPage: Number(meta.readBigUInt64LE(LAST_PAGE_AT)),
    transaction: meta.readBigUInt64LE(TRANSACTION_AT),
  };
}

async function statOrNull(path: string) {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}
