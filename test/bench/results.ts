// What a run of the benchmarks found, as it is written to a file, and on which machine and commit.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { medianOf } from '../load/median.ts';

const resultSchema = z.object({
  name: z.string(),
  unit: z.string(),
  /** One value a round. */
  values: z.array(z.number()).min(1),
  min: z.number(),
  median: z.number(),
});
export type Result = z.infer<typeof resultSchema>;

export const runSchema = z.object({
  commit: z.string(),
  /** Whether the working tree differed from the commit. */
  isDirty: z.boolean(),
  startedAt: z.string(),
  node: z.string(),
  machine: z.object({ cpu: z.string(), cores: z.number(), memoryGib: z.number(), kernel: z.string() }),
  rounds: z.number(),
  isQuick: z.boolean(),
  results: z.array(resultSchema),
});
export type Run = z.infer<typeof runSchema>;

export function resultOf(name: string, unit: string, values: readonly number[]): Result {
  return { name, unit, values: [...values], min: Math.min(...values), median: medianOf(values) };
}

/** Where and on what this runs, without its results. */
export function describeRun(root: string): Pick<Run, 'commit' | 'isDirty' | 'node' | 'machine'> {
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
  return {
    commit: git('rev-parse', 'HEAD'),
    isDirty: git('status', '--porcelain') !== '',
    node: process.version,
    machine: {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGib: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
    },
  };
}

/** Writes the run to `.bench` and answers the file's path. A later run of the same commit overwrites it. */
export function writeRun(root: string, run: Run): string {
  const folder = join(root, '.bench');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${run.commit.slice(0, 12)}${run.isDirty ? '-dirty' : ''}.json`);
  writeFileSync(path, `${JSON.stringify(run, null, 2)}\n`);
  return path;
}
