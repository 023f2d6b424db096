// npm run bench: micro-benchmarks and the pipeline, by rounds; to a file and as a table.
import { fileURLToPath } from 'node:url';
import { readOptions } from '../support/read-options.ts';
import { measure } from './measure.ts';
import { keyCheckBenchmarks } from './micro/key-check.ts';
import { logPathBenchmarks } from './micro/log-path.ts';
import { xxh64Benchmarks } from './micro/xxh64.ts';
import { measurePipeline, WORKLOAD_NAMES } from './pipeline.ts';
import { describeRun, type Result, type Run, resultOf, writeRun } from './results.ts';
import { resultTable } from './table.ts';

const HELP = `npm run bench -- [--only NAME]... [--rounds 5] [--quick] [--json]

Measures in CPU time: the parts of a log's way through the intake (ns per log or call), and the whole system with two workloads
(pipeline/batch-100: 100 logs a request over 32 connections; pipeline/batch-1: one log a request over 512), in CPU-seconds per
million logs, beside a floor that parses each body and keeps nothing. All by rounds that take turns; each with least and median.
Takes about 4 minutes; without the pipeline half a minute.
  --only NAME   what contains NAME in its name, for example path, key/, micro, pipeline, pipeline/batch-1/
  --quick       short rounds: a look, not a measurement
  --json        the file's content instead of the table
The result is written to .bench/COMMIT.json. npm run bench:compare sets two commits side by side; npm run cost measures other workloads.`;

const { values } = readOptions({
  options: {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
const write = (text: string) => process.stdout.write(`${text}\n`);
if (values.help || !Number.isInteger(rounds) || rounds < 1) {
  write(HELP);
  process.exit(values.help ? 0 : 2);
}
const root = fileURLToPath(new URL('../..', import.meta.url));
const isWanted = (name: string) => values.only === undefined || values.only.some((part) => name.includes(part));
const startedAt = new Date().toISOString();
const results = [...(await runMicro()), ...(await runPipeline())];
if (results.length === 0) {
  write(`No benchmark has ${values.only?.join(' or ')} in its name.`);
  process.exit(2);
}
const run: Run = { ...describeRun(root), startedAt, rounds, isQuick: values.quick, results };
const path = writeRun(root, run);
if (values.json) write(JSON.stringify(run));
else
  write(`${resultTable(results)}\n${rounds} rounds, ${run.machine.cores} cores, Node ${run.node}; written to ${path}`);

async function runMicro(): Promise<Result[]> {
  const benchmarks = [...logPathBenchmarks(), ...keyCheckBenchmarks(), ...xxh64Benchmarks()]
    .map((benchmark) => ({ ...benchmark, name: `micro/${benchmark.name}` }))
    .filter(({ name }) => isWanted(name));
  const found = await measure(benchmarks, rounds, values.quick);
  return benchmarks.map(({ name, per }) => resultOf(name, `CPU-ns/${per}`, found.get(name) ?? []));
}

async function runPipeline(): Promise<Result[]> {
  const names = WORKLOAD_NAMES.filter((name) => isWanted(`${name}/`));
  const found = new Map<string, { unit: string; values: number[] }>();
  for await (const figures of measurePipeline(names, rounds, values.quick))
    for (const { name, unit, value } of figures) {
      const known = found.get(name) ?? { unit, values: [] };
      known.values.push(value);
      found.set(name, known);
    }
  return [...found].map(([name, { unit, values: of }]) => resultOf(name, unit, of));
}
