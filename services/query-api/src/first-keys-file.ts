// The first keys go to a file, before they are made for good: nobody else is told them, and logs must not hold them.
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FirstKeys } from '@sazabi/control-db';
import { makeFolder, syncFolder } from '@sazabi/durable-files';
import { z } from 'zod';

const firstKeysSchema = z.object({ publicKey: z.string(), secretKey: z.string() });
const ASIDE_NAME = /^first-keys-.+\.json$/;

/** What became of the files. */
export interface Settled {
  /** Where keys of another control store were put: they are still that one's only ones. */
  readonly keptAside: string | null;
  /** Whether this store's keys came to their place only now. */
  readonly placed: boolean;
}

/** Where a person, or standalone on a terminal, finds them. */
export function firstKeysPath(dataDir: string): string {
  return join(dataDir, 'first-keys.json');
}

/** Where they wait for the commit: one file, which the next attempt replaces, as keys that were not committed are void. */
function pendingPath(dataDir: string): string {
  return `${firstKeysPath(dataDir)}.new`;
}

/** Writes the keys, one a line, readable by their owner alone; on the disk when it resolves. `settleFirstKeys` gives them their name. */
export async function writeFirstKeys(dataDir: string, keys: FirstKeys): Promise<void> {
  makeFolder(dataDir, 0o700);
  const path = pendingPath(dataDir);
  rmSync(path, { force: true });
  writeFileSync(path, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  await syncFolder(dataDir);
}

/**
 * Once the store has an organization: `first-keys.json` holds keys of this store, or is not there. The folder may have been
 * used with another store, and a start may have been cut off after its commit: the store is asked which keys are its own.
 */
export async function settleFirstKeys(
  dataDir: string,
  isOurs: (keys: FirstKeys) => Promise<boolean>,
): Promise<Settled> {
  if (!existsSync(dataDir)) return { keptAside: null, placed: false };
  const path = firstKeysPath(dataDir);
  const isOursIn = async (file: string) => {
    const keys = readKeys(file);
    return keys !== null && (await isOurs(keys));
  };
  const found = existsSync(path);
  if (found && (await isOursIn(path))) return { keptAside: null, placed: false };
  const others = readdirSync(dataDir).filter((name) => ASIDE_NAME.test(name));
  let ours: string | null = null;
  for (const file of [pendingPath(dataDir), ...others.map((name) => join(dataDir, name))])
    if (ours === null && (await isOursIn(file))) ours = file;
  const keptAside = found ? freeName(dataDir) : null;
  if (keptAside !== null) renameSync(path, keptAside);
  if (ours !== null) renameSync(ours, path);
  await syncFolder(dataDir);
  return { keptAside, placed: ours !== null };
}

/** The time is in the name; never one that is there, as a rename would replace it. */
function freeName(dataDir: string): string {
  for (let at = Date.now(); ; at += 1) {
    const path = join(dataDir, `first-keys-${new Date(at).toISOString()}.json`);
    if (!existsSync(path)) return path;
  }
}

/** null where there are none, or a write was cut off. */
function readKeys(file: string): FirstKeys | null {
  if (!existsSync(file)) return null;
  try {
    return firstKeysSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}
