// `sazabi load --write-bodies`: bodies in files, for load tools that only send what they are given.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compressBody, createBodyPool } from '@sazabi/load';
import { CliError } from '../cli-error.ts';
import type { Workload } from './flags.ts';

/** Writes files 0, 1, 2, … over those that are there. Resolves with their bytes together. @throws CliError where it cannot */
export async function writeBodies(folder: string, count: number, workload: Workload): Promise<number> {
  const pool = createBodyPool({ ...workload, bodiesMin: count, bodiesMax: count });
  let bytes = 0;
  try {
    await mkdir(folder, { recursive: true });
    for (let index = 0; index < count; index++) {
      const body = compressBody(pool.take(index, Date.now()).bytes, workload.compression);
      await writeFile(join(folder, String(index)), body);
      bytes += body.length;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw new CliError(`${folder} cannot be written (${code}).`);
  }
  return bytes;
}
