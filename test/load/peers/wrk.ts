// One closed-loop run of wrk over prepared bodies.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { BODY_COUNT } from './bodies.ts';

const SCRIPT = fileURLToPath(import.meta.resolve('./rotate-bodies.lua'));
/** One thread: it shares the cores with what is measured. */
const THREADS = '1';
const ANSWER_TIMEOUT = '10s';
/** Beyond the run's own time wrk waits for nothing; it is ended where it hangs all the same. */
const GRACE_MS = 30_000;

const figuresSchema = z.object({
  microseconds: z.number().positive(),
  answers: z.number(),
  refused: z.number(),
  broken: z.number(),
  p50Microseconds: z.number(),
  p99Microseconds: z.number(),
});

export interface WrkRun {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of `writeBodies`. */
  readonly bodiesFolder: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface WrkFigures {
  readonly seconds: number;
  /** Requests answered with a status below 400. */
  readonly acknowledged: number;
  /** Requests answered with another. */
  readonly refused: number;
  /** Connections that failed, and answers that took over 10 s. */
  readonly broken: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** @throws Error with what wrk wrote where it gives no figures */
export async function runWrk(run: WrkRun): Promise<WrkFigures> {
  const headers = Object.entries(run.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const size = ['-t', THREADS, '-c', String(run.connections), '-d', `${run.seconds}s`, '--timeout', ANSWER_TIMEOUT];
  const child = spawn('wrk', [...size, ...headers, '-s', SCRIPT, run.url, '--', run.bodiesFolder, String(BODY_COUNT)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: run.seconds * 1000 + GRACE_MS,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  const match = /^FIGURES (.*)$/m.exec(output);
  if (match?.[1] === undefined) throw new Error(`wrk gave no figures: ${output}`);
  const figures = figuresSchema.parse(JSON.parse(match[1]));
  return {
    seconds: figures.microseconds / 1e6,
    acknowledged: figures.answers - figures.refused,
    refused: figures.refused,
    broken: figures.broken,
    p50Ms: figures.p50Microseconds / 1000,
    p99Ms: figures.p99Microseconds / 1000,
  };
}
