import { expect, it } from 'vitest';
import { z } from 'zod';
import type { LoadApi } from '../api.ts';
import { readRows } from './read-stored.ts';

const FROM_MS = 1_800_000_000_000;
/** Several in each slice, and no slice of as many as another. */
const RUN_MS = 333;
const PAGE_ROWS = 2;
const askedSchema = z.object({ from: z.string(), to: z.string(), cursor: z.string().optional() });

it('each row of the run is read once, over all slices of its time and all pages, and none of another run', async () => {
  const rows = Array.from({ length: RUN_MS }, (_, at) => ({
    atMs: FROM_MS + at,
    keyId: at % 3 === 0 ? 'of another' : 'own',
    attributes: { trace: String(at) },
  }));
  const whole: LoadApi['whole'] = async (_method, _path, schema, body) => {
    const { from, to, cursor } = askedSchema.parse(body);
    const found = rows.filter(({ atMs }) => atMs >= Date.parse(from) && atMs < Date.parse(to));
    const first = Number(cursor ?? 0);
    const next = first + PAGE_ROWS;
    return schema.parse({ data: found.slice(first, next), nextCursor: next < found.length ? String(next) : null });
  };
  const seen: (string | undefined)[] = [];
  const run = { projectId: 'p', keyIds: ['own'], fromMs: FROM_MS, toMs: FROM_MS + RUN_MS - 1 };
  await readRows({ whole }, run, (trace) => seen.push(trace), new AbortController().signal);
  const own = rows.filter(({ keyId }) => keyId === 'own').map(({ attributes }) => attributes.trace);
  expect(seen.toSorted()).toEqual(own.toSorted());
});
