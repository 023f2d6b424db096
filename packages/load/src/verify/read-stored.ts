// Reads every row of a run from the API: slices of its time, each page after page, several at once.
import type { z } from 'zod';
import { type LoadApi, pageSchema, volumeSchema } from '../api.ts';
import { VERIFY_PAGE_ROWS, VERIFY_READERS, VERIFY_SLICES } from '../limits.ts';

/** The rows of a run: its project, its keys, and the times of its logs. */
export interface RunRows {
  readonly projectId: string;
  readonly keyIds: readonly string[];
  /** Times of the oldest and the newest log, in ms since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** A filter takes so many values; a run with more keys tells its rows from others by itself. */
const FILTER_VALUES_MAX = 100;

function selectionOf({ projectId, keyIds, fromMs, toMs }: RunRows): object {
  return {
    projectId,
    from: new Date(fromMs).toISOString(),
    // Logs before this time.
    to: new Date(toMs + 1).toISOString(),
    ...(keyIds.length > FILTER_VALUES_MAX ? {} : { filters: [{ field: 'keyId', op: 'in', value: keyIds }] }),
  };
}

/** How many rows there are, by one query: cheap, but tells nothing of which. */
export async function countRows(api: LoadApi, run: RunRows): Promise<number> {
  const { total } = await api.call('POST', 'logs/volume', volumeSchema, { ...selectionOf(run), interval: '1d' });
  return total;
}

/** Calls `onTrace` with the attribute `trace` of every row of the run. Ends early at `stop`. */
export async function readRows(
  api: Pick<LoadApi, 'whole'>,
  run: RunRows,
  onTrace: (trace: string | undefined) => void,
  stop: AbortSignal,
): Promise<{ readonly queries: number }> {
  const keyIds = new Set(run.keyIds);
  const slices = slicesOf(run);
  let queries = 0;
  const reader = async (): Promise<void> => {
    for (let slice = slices.shift(); slice !== undefined; slice = slices.shift()) {
      let cursor: string | null = null;
      do {
        if (stop.aborted) return;
        queries += 1;
        const page: z.infer<typeof pageSchema> = await api.whole('POST', 'logs/query', pageSchema, {
          ...selectionOf(slice),
          sort: 'asc',
          limit: VERIFY_PAGE_ROWS,
          ...(cursor === null ? {} : { cursor }),
        });
        for (const { keyId, attributes } of page.data)
          if (keyId !== null && keyIds.has(keyId)) onTrace(attributes.trace);
        cursor = page.nextCursor;
      } while (cursor !== null);
    }
  };
  await Promise.all(Array.from({ length: VERIFY_READERS }, reader));
  return { queries };
}

/** Whole milliseconds, none left out and none in two. */
function slicesOf(run: RunRows): RunRows[] {
  const ms = run.toMs - run.fromMs + 1;
  const count = Math.min(VERIFY_SLICES, ms);
  const edge = (at: number): number => run.fromMs + Math.floor((ms * at) / count);
  return Array.from({ length: count }, (_, at) => ({ ...run, fromMs: edge(at), toMs: edge(at + 1) - 1 }));
}
