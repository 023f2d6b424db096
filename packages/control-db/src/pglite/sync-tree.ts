// A whole folder onto the disk: what was written without fsync by someone else.
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Open files at a time: enough to let the disk sync many in one go. */
const SYNCS_AT_ONCE = 8;

/** Resolves when every file and folder below `folder`, and the folder itself, is on the disk. */
export async function syncTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true });
  const paths = [...entries.map((entry) => join(folder, entry)), folder];
  const syncNext = async () => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      const file = await open(path, 'r');
      await file.sync().finally(() => file.close());
    }
  };
  await Promise.all(Array.from({ length: SYNCS_AT_ONCE }, syncNext));
}
