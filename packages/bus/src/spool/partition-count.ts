// The target's number of partitions, remembered on disk: records are made for a partition also while the target is away.
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '@sazabi/durable-files';

const FILE = 'partitions';
const FORM = /^[1-9]\d{0,5}\n$/;

/** null where it was never known, or cannot be read: then the target is asked. */
export async function rememberedPartitions(folder: string): Promise<number | null> {
  const text = await readFile(join(folder, FILE), 'utf8').catch(() => '');
  return FORM.test(text) ? Number(text) : null;
}

/** Durable when it resolves; a crash leaves the old number or the new one. */
export async function rememberPartitions(folder: string, partitions: number): Promise<void> {
  const path = join(folder, FILE);
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(`${partitions}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncFolder(folder);
}
