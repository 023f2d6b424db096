// `sazabi usage`: what was accepted, rejected, refused and limited, by day, project or key.
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import type { Context } from '../context.ts';
import { addExamples } from '../examples.ts';
import type { ApiClient } from '../http/api-client.ts';
import { parseQueryTime } from '../input.ts';
import { type Cell, type Column, printTable } from '../output/table.ts';
import { gather } from './resource.ts';

const byCode = z.record(z.string(), z.number());
const usageSchema = z.looseObject({
  day: z.string(),
  projectId: z.string(),
  keyId: z.string(),
  accepted: z.looseObject({ logs: z.number(), bytes: z.number() }),
  rejected: byCode,
  refused: byCode,
  limited: z.number(),
  requests: z.number(),
});
type Usage = z.infer<typeof usageSchema>;

const GROUPINGS = ['day', 'project', 'key'] as const;
type Grouping = (typeof GROUPINGS)[number];

interface UsageOptions {
  readonly from?: string;
  readonly to?: string;
  readonly project?: string;
  readonly by?: Grouping;
  readonly json?: true;
}

/** The sums of all rows of one day, project or key. */
type Sum = Pick<Usage, 'accepted' | 'rejected' | 'refused' | 'limited' | 'requests'>;

const IDENTITY: Readonly<Record<Grouping, (row: Usage) => string>> = {
  day: ({ day }) => day,
  project: ({ projectId }) => projectId,
  key: ({ keyId }) => keyId,
};
const COLUMNS: readonly Column[] = [
  { title: 'ACCEPTED', right: true },
  { title: 'BYTES', right: true, rank: 1 },
  { title: 'REJECTED', right: true },
  { title: 'REQUESTS', right: true, rank: 2 },
  { title: 'REFUSED', right: true },
  { title: 'LIMITED', right: true },
  { title: 'WHY', shrinks: true, rank: 3 },
];

export function addUsage(command: Command, context: Context): void {
  command
    .option('--from <time>', 'from this day on: 7d (ago), 2026-06-01 (default: the last 30 days)', parseQueryTime)
    .option('--to <time>', 'to this day, it included (default: today)', parseQueryTime)
    .option('--project <project>', 'of one project alone, by id or name')
    .addOption(new Option('--by <what>', 'summed up by day, project or key (default: day)').choices(GROUPINGS))
    .option('--json', 'an array, for programs; without --by a row for each day, project and key')
    .action((options: UsageOptions, self: Command) => usage(context, options, self));
  addExamples(
    command,
    ['sazabi usage', 'sazabi usage --by key --from 7d', "sazabi usage --json | jq 'map(.accepted.logs) | add'"],
    'REJECTED counts logs of requests that were read; REFUSED requests that were not, or not whole; LIMITED those over a key’s\nrate limit. Days are UTC.',
  );
}

async function usage(context: Context, options: UsageOptions, command: Command): Promise<void> {
  const { output } = context;
  const { from, to, project, by, json } = options;
  const query = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(project === undefined ? {} : { projectId: project }),
  };
  const api = context.api(command);
  const rows = await gather(output, api.list('usage', usageSchema, query));
  if (json && by === undefined) return await output.printJson(rows);
  const grouping = by ?? 'day';
  const sums = sumBy(rows, IDENTITY[grouping]);
  if (json) return await output.printJson([...sums].map(([id, sum]) => ({ [grouping]: id, ...sum })));
  if (rows.length === 0) return output.note('No usage.');
  const names = grouping === 'day' ? new Map<string, string>() : await namesOf(api, grouping);
  const named: readonly Column[] = names.size === 0 ? [] : [{ title: 'NAME', shrinks: true }];
  const cellsOf = (id: string, sum: Sum): Cell[] => [
    id,
    ...(names.size === 0 ? [] : [names.get(id) ?? null]),
    ...numbersOf(sum),
  ];
  const body = [...sums].map(([id, sum]) => cellsOf(id, sum));
  const total = sums.size > 1 ? [cellsOf('all', [...sums.values()].reduce(plus))] : [];
  await printTable(output, [{ title: grouping.toUpperCase() }, ...named, ...COLUMNS], [...body, ...total]);
}

function numbersOf({ accepted, rejected, refused, limited, requests }: Sum): Cell[] {
  const codes = [...new Set([...Object.keys(rejected), ...Object.keys(refused)])];
  const counts = [accepted.logs, accepted.bytes, total(rejected), requests, total(refused), limited];
  return [...counts.map((count) => count.toLocaleString('en')), codes.join(', ') || null];
}

/** In the order of their first rows. */
function sumBy(rows: readonly Usage[], identity: (row: Usage) => string): ReadonlyMap<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const { accepted, rejected, refused, limited, requests, ...row } of rows) {
    const id = identity({ ...row, accepted, rejected, refused, limited, requests });
    const one = { accepted: { logs: accepted.logs, bytes: accepted.bytes }, rejected, refused, limited, requests };
    const known = sums.get(id);
    sums.set(id, known === undefined ? one : plus(known, one));
  }
  return sums;
}

function plus(one: Sum, other: Sum): Sum {
  return {
    accepted: {
      logs: one.accepted.logs + other.accepted.logs,
      bytes: one.accepted.bytes + other.accepted.bytes,
    },
    rejected: codesOf(one.rejected, other.rejected),
    refused: codesOf(one.refused, other.refused),
    limited: one.limited + other.limited,
    requests: one.requests + other.requests,
  };
}

function codesOf(one: Sum['rejected'], other: Sum['rejected']): Sum['rejected'] {
  const codes = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...codes].map((code) => [code, (one[code] ?? 0) + (other[code] ?? 0)]));
}

function total(counts: Sum['rejected']): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Names by id; none where the key may not list them. */
async function namesOf(api: ApiClient, what: 'project' | 'key'): Promise<ReadonlyMap<string, string>> {
  const names = new Map<string, string>();
  const schema = z.looseObject({ id: z.string(), name: z.string() });
  try {
    for await (const { id, name } of api.list(what === 'project' ? 'projects' : 'public-keys', schema))
      names.set(id, name);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
  }
  return names;
}
