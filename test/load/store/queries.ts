// What the queries of the contract cost on many stored logs: wall time and CPU through the API, beside SELECT 1 in the same run.
import { setTimeout as sleep } from 'node:timers/promises';
import { threadCpuSeconds } from '@sazabi/load/process-cost';
import { openLogStore } from '@sazabi/log-store';
import { fromCaller } from '../../support/from-caller.ts';
import { orRefuse, readOptions, wholeNumber } from '../../support/read-options.ts';
import { runCommand } from '../../support/run-command.ts';
import { say } from '../../support/say.ts';
import { LOGS_OF_A_REQUEST, openQueryData, type QuerySystem } from './query-data.ts';

const HELP = `npm run bench:queries -- --data FOLDER [--logs 10000000] [--projects 20] [--literals 20] [--json]

Starts the system on FOLDER, stores --logs generated logs (100 a project or more) over 24 hours in it where it is empty (minutes),
and asks by HTTP: the latest 100 logs of a project and a word that one log has, in its project (both of another project each time,
and of one again and again), counts per minute of 24 hours (of a project, and of all), an attribute's exact value in all projects
and a customer's in one. Each with --literals different literals after one that is not counted; medians of wall time and of the
CPU of engine and query-api together, beside SELECT 1 by a client of its own.`;

const { values } = readOptions({
  options: {
    data: { type: 'string' },
    logs: { type: 'string', default: '10000000' },
    projects: { type: 'string', default: '20' },
    literals: { type: 'string', default: '20' },
    settle: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const write = (line: string) => process.stdout.write(`${line}\n`);

interface Measured {
  readonly name: string;
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** Nanoseconds would be too exact a name: what the scheduler counted of both processes, in milliseconds. */
function cpuMs({ system }: QuerySystem): () => number {
  const look = () => [system.pid('engine'), system.pid('query-api')].map((pid) => threadCpuSeconds(pid));
  const before = look();
  return () => {
    let seconds = 0;
    for (const [at, threads] of look().entries())
      for (const [id, thread] of threads) seconds += thread.seconds - (before[at]?.get(id)?.seconds ?? 0);
    return seconds * 1000;
  };
}

/** Of a sample: where logs are few, a project may have none before a time. */
const TRIES_MAX = 20;

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((left, right) => left - right)[Math.floor(numbers.length / 2)] ?? 0;

/** The first literal warms up and is not counted. */
async function measure(of: QuerySystem, name: string, asks: readonly (() => Promise<unknown>)[]): Promise<Measured> {
  say(name);
  const walls: number[] = [];
  const cpus: number[] = [];
  for (const ask of asks) {
    const cpu = cpuMs(of);
    const startedMs = performance.now();
    await ask();
    walls.push(performance.now() - startedMs);
    cpus.push(cpu());
  }
  return { name, wallMs: median(walls.slice(1)), cpuMs: median(cpus.slice(1)) };
}

interface Sample {
  readonly projectId: string;
  readonly word: string;
  readonly trace: string;
  readonly customer: string;
}

/**
 * Logs here and there, of these projects in turn, whose words and attributes are asked for.
 * @throws Error where so few are found that there are none to ask for
 */
async function sampleLogs({ client, data }: QuerySystem, projectIds: readonly string[], count: number) {
  const step = Math.floor((data.toMs - data.fromMs) / (count + 1));
  const found: Sample[] = [];
  for (let at = 1; found.length < count; at++) {
    if (at > TRIES_MAX * count) throw new Error(`${found.length} logs with a word were found, ${count} are needed.`);
    const projectId = projectIds[at % projectIds.length] ?? '';
    const to = new Date(data.fromMs + ((at * step) % (data.toMs - data.fromMs)) + at).toISOString();
    const page = await client.api('POST', '/logs/query', { projectId, to, from: iso(data.fromMs), limit: 50 });
    const answer: unknown = await page.json();
    for (const log of Object(answer).data ?? []) {
      const word = /\b[0-9a-f]{16}\b/.exec(log.message)?.[0];
      if (word === undefined) continue;
      found.push({ projectId, word, trace: log.attributes.trace, customer: log.attributes.customer });
      break;
    }
  }
  return found;
}

const iso = (ms: number): string => new Date(ms).toISOString();

async function run(folder: string): Promise<readonly Measured[]> {
  const of = await openQueryData(folder, { logs, projects });
  const { client, data, system } = of;
  const one = openLogStore(system.clickHouseUrl(), { application: 'measure' });
  const count = literals + 1;
  const post = async (path: string, body: object, rows: (answer: unknown) => number) => {
    const response = await client.api('POST', path, { from: iso(data.fromMs), to: iso(data.toMs), ...body });
    const answer: unknown = await response.json();
    if (response.status !== 200 || rows(answer) === 0)
      throw new Error(`${path}: ${JSON.stringify(answer).slice(0, 300)}`);
  };
  const found = (answer: unknown) => Object(answer).data.length;
  const counted = (answer: unknown) => Object(answer).data.total;
  try {
    say('logs to ask for');
    const samples = await sampleLogs(of, data.projectIds, count);
    const ofOneProject = await sampleLogs(of, data.projectIds.slice(0, 1), count);
    await sleep(settle * 1000);
    const project = (at: number) => data.projectIds[at % data.projectIds.length];
    const each = (ask: (at: number) => Promise<unknown>) => Array.from({ length: count }, (_, at) => () => ask(at));
    const findWord =
      ({ projectId, word }: Sample) =>
      () =>
        post('/logs/query', { projectId, search: { query: word, mode: 'all' } }, found);
    const minutes = (at: number) => ({ from: iso(data.fromMs + at * 60_000), interval: '1m' });
    return [
      await measure(
        of,
        'SELECT 1',
        each(async () => await (await one.query({ query: 'SELECT 1' })).text()),
      ),
      await measure(
        of,
        'latest 100, each of another project',
        each((at) => post('/logs/query', { projectId: project(at), limit: 100 }, found)),
      ),
      await measure(
        of,
        'latest 100, all of one project',
        each(() => post('/logs/query', { projectId: project(0), limit: 100 }, found)),
      ),
      await measure(
        of,
        'minutes of 24 h, a project',
        each((at) => post('/logs/volume', { ...minutes(at), projectId: project(at) }, counted)),
      ),
      await measure(
        of,
        'minutes of 24 h, all projects',
        each((at) => post('/logs/volume', minutes(at), counted)),
      ),
      await measure(of, 'a word, each in another project', samples.map(findWord)),
      await measure(of, 'a word, all in one project', ofOneProject.map(findWord)),
      await measure(
        of,
        "an attribute's value, all projects",
        samples.map(
          ({ trace }) =>
            () =>
              post('/logs/query', { filters: [{ field: 'attributes.trace', op: 'eq', value: trace }] }, found),
        ),
      ),
      await measure(
        of,
        "a customer's logs in a project",
        samples.map(
          ({ projectId, customer }) =>
            () =>
              post(
                '/logs/query',
                { projectId, filters: [{ field: 'attributes.customer', op: 'eq', value: customer }] },
                found,
              ),
        ),
      ),
      await measure(
        of,
        'SELECT 1',
        each(async () => await (await one.query({ query: 'SELECT 1' })).text()),
      ),
    ];
  } finally {
    await one.close();
    await system.stop();
  }
}

if (values.help || values.data === undefined) {
  write(HELP);
  process.exit(values.help ? 0 : 2);
}
const folder = fromCaller(values.data);
const { logs, projects, literals, settle } = orRefuse(() => {
  const count = wholeNumber('projects', values.projects, 1);
  return {
    projects: count,
    // So that each project has some.
    logs: wholeNumber('logs', values.logs, count * LOGS_OF_A_REQUEST),
    literals: wholeNumber('literals', values.literals, 1),
    settle: wholeNumber('settle', values.settle, 0),
  };
});
await runCommand(async () => {
  const measured = await run(folder);
  if (values.json) write(JSON.stringify(measured));
  else
    for (const { name, wallMs, cpuMs: cpu } of measured)
      write(`${name.padEnd(36)}${wallMs.toFixed(1).padStart(8)} ms${cpu.toFixed(1).padStart(8)} CPU-ms`);
});
