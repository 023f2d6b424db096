// GET /internal/reconcile: whether what the bus holds has reached the store, step by step; independent of what processes count.
// GET /internal/reconcile/usage: what the store has of each project since a day.
import { ContractError } from '@sazabi/contract';
import type { ReconcileStep } from '@sazabi/contract/schemas';
import type { InternalRoute, Logger } from '@sazabi/lifecycle';
import { listProjectsUsage } from '@sazabi/log-store';
import { RECONCILE_PROJECTS_MAX } from '../limits.ts';
import type { Outside } from '../outside.ts';
import { NOTHING } from '../reconcile/account-record.ts';
import { reconcileStep } from '../reconcile/reconcile-step.ts';
import { internalCall } from './internal-call.ts';

const CURSOR = /^(\d{1,6})(?:-(\d{1,16})-(\d{1,16})-(\d{1,16}))?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A partition, and once it was begun: its first offset, where it goes on, and its end then. */
interface Cursor {
  readonly partition: number;
  readonly range: { readonly first: number; readonly from: number; readonly end: number } | null;
}

/** The calls by method and path, for the internal port. */
export function reconcileRoutes(
  outside: Pick<Outside, 'bus' | 'logStore'>,
  logger: Logger,
): Readonly<Record<string, InternalRoute>> {
  return {
    'GET /internal/reconcile': internalCall(logger, async ({ url }) => ({
      status: 200,
      data: await step(outside, cursorOf(queryOf(url).get('cursor') ?? '0')),
    })),
    'GET /internal/reconcile/usage': internalCall(logger, async ({ url }) => {
      const from = queryOf(url).get('from') ?? '';
      if (!DAY.test(from) || Number.isNaN(Date.parse(from))) throw refused('from', 'is no day');
      return { status: 200, data: await listProjectsUsage(outside.logStore, from, RECONCILE_PROJECTS_MAX) };
    }),
  };
}

async function step(
  { bus, logStore: store }: Pick<Outside, 'bus' | 'logStore'>,
  { partition, range }: Cursor,
): Promise<ReconcileStep> {
  return await bus.withReader(async (reader) => {
    const { partitions } = reader;
    if (partition >= partitions) throw refused('cursor', 'names a partition that is not there');
    const { first, from, end } = range ?? (await wholeOf(reader.extent(partition)));
    const done = from < end ? await reconcileStep({ reader, store }, { partition, from, end }) : null;
    const at = done === null ? end : Math.min(end, done.next);
    const nothing = { records: 0, logs: 0, undecodable: 0, missing: [] };
    const { records, logs, undecodable, missing, states } = done ?? { ...nothing, states: NOTHING };
    const goesOn = at < end ? `${partition}-${first}-${at}-${end}` : null;
    const next = goesOn ?? (partition + 1 < partitions ? String(partition + 1) : null);
    return {
      partition,
      partitions,
      first,
      at,
      end,
      records,
      logs,
      undecodable,
      ...states,
      missingRecords: [...missing],
      next,
    };
  });
}

async function wholeOf(extent: Promise<{ readonly earliest: number; readonly next: number }>) {
  const { earliest, next } = await extent;
  return { first: earliest, from: earliest, end: next };
}

function cursorOf(text: string): Cursor {
  const [, partition, first, from, end] = CURSOR.exec(text) ?? [];
  if (partition === undefined) throw refused('cursor', 'is none of an earlier answer');
  if (first === undefined || from === undefined || end === undefined)
    return { partition: Number(partition), range: null };
  return { partition: Number(partition), range: { first: Number(first), from: Number(from), end: Number(end) } };
}

function queryOf(url: string | undefined): URLSearchParams {
  return new URLSearchParams(url?.split('?')[1]);
}

function refused(path: string, message: string): ContractError {
  return new ContractError('VALIDATION_ERROR', `The query is not valid: ${path} ${message}.`, {
    issues: [{ path, message }],
  });
}
