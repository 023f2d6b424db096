// `sazabi load --write-bodies`: bodies in files, for load tools that only send what they are given.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CONTENT_TYPES, compressBody, createBodyPool } from '@sazabi/load';
import { CliError } from '../cli-error.ts';
import type { Workload } from './flags.ts';

/** What the bodies are, a word and its value a line, as test/load/wrk.lua and k6.js read it. */
const ABOUT = 'about';
const BODIES = /^bodies (\d+)$/m;

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
    await removeOlder(folder);
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

/** Those of a call before, as its file tells them; what else lies there is not ours. */
async function removeOlder(folder: string): Promise<void> {
  const about = await readFile(join(folder, ABOUT), 'utf8').catch(() => '');
  const count = Number(BODIES.exec(about)?.[1] ?? 0);
  for (let index = 0; index < count; index++) await rm(join(folder, String(index)), { force: true });
}
