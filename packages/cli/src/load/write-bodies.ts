// `sazabi load --write-bodies`: bodies in files, for load tools that only send what they are given.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTENT_TYPES, compressBody, createBodyPool } from '@sazabi/load';
import { CliError } from '../cli-error.ts';
import type { Workload } from './flags.ts';

/** What the bodies are, a word and its value a line, as test/load/wrk.lua and k6.js read it. */
const ABOUT = 'about';
const OF_BEFORE = /^(?:\d+|about)$/;

/**
 * Writes files 0, 1, 2, … and one that says what they are, instead of those that are there. Resolves with the bodies' bytes together.
 * @throws CliError where it cannot
 */
export async function writeBodies(folder: string, count: number, workload: Workload): Promise<number> {
  const { batch, encoding, compression } = workload;
  const pool = createBodyPool({ ...workload, bodiesMin: count, bodiesMax: count });
  const about = [`bodies ${count}`, `batch ${batch}`, `content-type ${CONTENT_TYPES[encoding]}`];
  if (compression !== 'none') about.push(`content-encoding ${compression}`);
  let bytes = 0;
  try {
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) if (OF_BEFORE.test(name)) await rm(join(folder, name));
    await writeFile(join(folder, ABOUT), `${about.join('\n')}\n`);
    for (let index = 0; index < count; index++) {
      const body = compressBody(pool.take(index, Date.now()).bytes, compression);
      await writeFile(join(folder, String(index)), body);
      bytes += body.length;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error;
    throw new CliError(`${folder} cannot be written (${code}).`);
  }
  return bytes;
}
