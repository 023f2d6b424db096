// `sazabi admin reconcile`: whether everything that was accepted, as far back as the bus holds it, has reached the store.

import { projectsUsageSchema, type ReconcileStep, reconcileStepSchema } from '@sazabi/contract/schemas';
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { addExamples } from '../examples.ts';
import type { ApiClient } from '../http/api-client.ts';
import { barOf } from '../output/bars.ts';
import type { Output } from '../output/output.ts';
import { printTable } from '../output/table.ts';
import type { JsonFlag } from './resource.ts';

const BAR_CHARACTERS = 30;
/** Ids of missing records that are kept and shown. */
const MISSING_SHOWN_MAX = 1_000;

const STATES = [
  ['stored', 'stored'],
  ['removed', 'stored, then removed: of a deleted project or a shortened retention'],
  ['waiting', 'before the consumer'],
  ['deadLettered', 'dead letters: refused by the store'],
  ['expired', 'past their day'],
  ['missing', 'nowhere'],
] as const;

type State = (typeof STATES)[number][0];
type Sums = Record<State | 'records' | 'logs' | 'doubled' | 'undecodable', number>;

const COUNTED: readonly (keyof Sums)[] = [
  ...STATES.map(([state]) => state),
  'records',
  'logs',
  'doubled',
  'undecodable',
];

export function addAdminReconcile(admin: Command, context: Context): void {
  const command = admin
    .command('reconcile')
    .description('hold what was accepted, as the bus still has it, against what is stored')
    .option('--json', 'for programs')
    .action((flags: JsonFlag, self: Command) => reconcile(context, flags, self));
  addExamples(
    command,
    ['sazabi admin reconcile', "sazabi admin reconcile --json | jq '.missing'"],
    'Counts logs by the records of the bus and asks the store for each of their ids; no counter of any process is used. It may run\nwhile logs are written. What waits in the spool of an intake, as its bus is away, is not on the bus yet: see\nsazabi_intake_spool_records on that intake’s /metrics.\n\nExit code 1 when logs are missing, or stored twice.',
  );
}

async function reconcile(context: Context, { json }: JsonFlag, command: Command): Promise<void> {
  const { output } = context;
  const api = context.internal(command);
  const sums: Sums = {
    records: 0,
    logs: 0,
    stored: 0,
    removed: 0,
    waiting: 0,
    deadLettered: 0,
    expired: 0,
    missing: 0,
    doubled: 0,
    undecodable: 0,
  };
  const missingRecords: ReconcileStep['missingRecords'] = [];
  let partitions = 0;
  for await (const step of steps(api)) {
    partitions = step.partitions;
    for (const name of COUNTED) sums[name] += step[name];
    missingRecords.push(...step.missingRecords.slice(0, MISSING_SHOWN_MAX - missingRecords.length));
    showProgress(output, step);
  }
  output.status('');
  const today = new Date().toISOString().slice(0, 10);
  const usage = await api.call('GET', `internal/reconcile/usage?from=${today}`, projectsUsageSchema);
  if (json) await output.printJson({ partitions, ...sums, missingRecords, day: today, usage });
  else {
    await printSums(output, partitions, sums);
    output.note(`\nStored of each project since ${today}, 00:00 UTC:`);
    const rows = usage.map(({ projectId, mode, logs, bytes }) => [projectId, mode, shown(logs), shown(bytes)]);
    const counts = ['LOGS', 'BYTES'].map((title) => ({ title, right: true }));
    await printTable(output, ['PROJECT', 'MODE', ...counts], rows);
    for (const { recordId, partition, offset, logs } of missingRecords)
      output.problem(`missing: record ${recordId}, partition ${partition}, offset ${offset}: ${logs} logs`);
  }
  if (sums.missing === 0 && sums.doubled === 0) return;
  output.problem(`${shown(sums.missing)} logs are missing, ${shown(sums.doubled)} are stored more than once.`);
  context.markFailed();
}

async function* steps(api: ApiClient): AsyncGenerator<ReconcileStep> {
  for (let cursor: string | null = '0'; cursor !== null; ) {
    const step: ReconcileStep = await api.call('GET', `internal/reconcile?cursor=${cursor}`, reconcileStepSchema);
    yield step;
    cursor = step.next;
  }
}

function showProgress(output: Output, { partition, partitions, first, at, end }: ReconcileStep): void {
  const share = (partition + (end === first ? 1 : (at - first) / (end - first))) / partitions;
  const bar = barOf(share, 1, BAR_CHARACTERS).padEnd(BAR_CHARACTERS, '░');
  output.status(`${bar} ${Math.floor(share * 100)} %, partition ${partition + 1} of ${partitions}`);
}

async function printSums(output: Output, partitions: number, sums: Sums): Promise<void> {
  output.note(
    `On the bus: ${shown(sums.logs)} logs in ${shown(sums.records)} records, ${partitions} partition${partitions === 1 ? '' : 's'}. They are:`,
  );
  if (sums.undecodable > 0)
    output.note(
      `(${shown(sums.undecodable)} records that nobody can read are not counted: sazabi admin dead-letters list)`,
    );
  const rows = STATES.map(([state, meaning]) => [state, shown(sums[state]), meaning]);
  await printTable(output, ['STATE', { title: 'LOGS', right: true }, { title: 'WHAT', rank: 1 }], rows);
}

function shown(count: number): string {
  return count.toLocaleString('en');
}
