// The twins held together: random filters and searches give the same verdicts in JavaScript as through the real engine, on
// the same blocks, and rows are the same JSON.
import { Readable } from 'node:stream';
import { type LogFilter, type LogSearch, type LogSelection, logFilterSchema, logSearchSchema } from '@sazabi/contract';
import { createLogBlock, LOG_COLUMNS, newUuidV7, openLogRows, readNativeBlock, requestIdOf } from '@sazabi/log-record';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countReceived } from '../query/count-received.ts';
import { logScope } from '../query/log-scope.ts';
import { queryLogs } from '../query/query-logs.ts';
import { runSelect } from '../query/run-select.ts';
import { selectedLogs } from '../query/selection.ts';
import { sql } from '../query/sql.ts';
import { PROJECT, startTestStore, type TestStore } from '../test-store.ts';
import { finiteNumberOf } from './number-text.ts';
import { GAPS, NUMBERS, TIMES, WORDS } from './odd-texts.testing.ts';
import { createRowMatcher } from './row-matcher.ts';
import { viewRows } from './row-view.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);
const ROWS = 300;
const SEED = 20_261_121;
const scope = logScope({
  organizationId: 'organization',
  projects: [{ id: PROJECT, retentionDays: 30, hiddenBeforeMs: null, earlierRetentions: [] }],
  mode: 'live',
});

let store: TestStore;
let block: Uint8Array;

beforeAll(async () => {
  store = await startTestStore();
  block = blockOf(fc.sample(log, { numRuns: ROWS, seed: SEED }));
  const query = `INSERT INTO logs (${LOG_COLUMNS.map(({ name }) => name).join(', ')}) FORMAT Native`;
  const { stream } = await store.app.exec({
    query,
    values: Readable.from([Buffer.from(block)], { objectMode: false }),
  });
  for await (const _ of stream);
});
afterAll(() => store.close());

const message = fc
  .array(fc.tuple(fc.constantFrom(...WORDS), fc.constantFrom(...GAPS)), { maxLength: 5 })
  .map((parts) => parts.flat().join(''));
const short = fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...NUMBERS), message);
const KEYS = ['a', 'b', '', '__proto__', 'order.total', 'ß'];
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];

const log = fc.record(
  {
    message,
    level: fc.constantFrom(...LEVELS),
    service: fc.constantFrom('', 'foo', 'Ä', '1', '\u{e000}', '😀'),
    environment: fc.constantFrom('', 'production'),
    host: short,
    traceId: fc.constantFrom('', '0af7651916cd43dd8448eb211c80319c'),
    timestamp: fc.constantFrom(...TIMES),
    attributes: fc.dictionary(fc.constantFrom(...KEYS), fc.oneof(short, fc.integer(), fc.double(), fc.boolean())),
  },
  { requiredKeys: ['message'] },
);

function blockOf(logs: readonly object[]): Uint8Array {
  const made = createLogBlock();
  made.reset(newUuidV7(NOW_MS), Math.floor(NOW_MS / 86_400_000) + 30);
  const source = {
    projectId: PROJECT,
    mode: 'live',
    keyId: '0192f0e4-4444-7555-8666-fedcba987654',
    environment: '',
  } as const;
  made.beginRequest(source, NOW_MS - 60_000, requestIdOf(PROJECT, 'live', 'all'));
  for (const one of logs) expect(made.append(one, 'log')).toBeNull();
  return Buffer.from(made.encode());
}

const textField = fc.constantFrom(
  'level',
  'service',
  'environment',
  'host',
  'message',
  'traceId',
  'spanId',
  'eventName',
  'keyId',
  'projectId',
  'id',
);
const attribute = fc.constantFrom(...KEYS, 'none').map((key) => `attributes.${key}`);
const field = fc.oneof(
  { weight: 3, arbitrary: attribute },
  { weight: 2, arbitrary: textField },
  { weight: 1, arbitrary: fc.constantFrom('timestamp', 'receivedAt', 'severityNumber') },
);
const value = fc.oneof(
  short,
  fc.constantFrom(...LEVELS, ...TIMES, '-2h', '-90s', PROJECT, '', 'false'),
  fc.constantFrom(0, 1, -1, 1.5, 0.1, 0.3, 9, 13, 17, 9007199254740992, 1e308, -1e308, 123456789.123, 1_795_255_200),
  fc.boolean(),
);
const op = fc.constantFrom(
  'eq',
  'neq',
  'in',
  'not_in',
  'contains',
  'starts_with',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'exists',
  'not_exists',
);
/** Those that the schema lets through. */
const filter: fc.Arbitrary<LogFilter> = fc
  .tuple(field, op, fc.array(value, { minLength: 1, maxLength: 4 }))
  .map(([field, op, values]) => {
    const [one, two = one] = values;
    const given =
      op === 'exists' || op === 'not_exists'
        ? {}
        : { value: op === 'between' ? [one, two] : op.endsWith('in') ? values : one };
    return logFilterSchema.safeParse({ field, op, ...given }).data;
  })
  .filter((parsed) => parsed !== undefined);
const search: fc.Arbitrary<LogSearch> = fc
  .record({ query: message, mode: fc.constantFrom('all', 'any', 'phrase', 'substring') })
  .map((given) => logSearchSchema.safeParse(given).data)
  .filter((parsed) => parsed !== undefined);

/** As programs print them: what a parser that rounds twice would read otherwise. */
const DECIMALS = fc
  .sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { numRuns: 2_000, seed: SEED })
  .map(String);

type Selection = Pick<LogSelection, 'search' | 'filters'>;

function matchedHere(selection: Selection): readonly number[] {
  const rows = openLogRows(readNativeBlock(block));
  const view = viewRows(rows);
  const matches = createRowMatcher(selection, NOW_MS);
  return Array.from({ length: rows.count }, (_, row) => row).filter((row) => {
    rows.goTo(row);
    return matches(view);
  });
}

async function matchedByStore(selection: Selection): Promise<readonly number[]> {
  const range = { from: 0n, to: null };
  const select = sql`SELECT ordinal ${selectedLogs(scope, { from: '-1d', ...selection }, range, { anchorMs: NOW_MS, visibleAtMs: NOW_MS })} ORDER BY ordinal`;
  const ordinals: number[] = [];
  for await (const { row } of runSelect<{ ordinal: number }>(store.reader, select, {})) ordinals.push(row.ordinal);
  return ordinals;
}

async function sameVerdicts(selections: readonly Selection[]): Promise<void> {
  let matched = 0;
  for (const selection of selections) {
    const here = matchedHere(selection);
    expect(here, JSON.stringify(selection)).toEqual(await matchedByStore(selection));
    matched += here.length;
  }
  // A generator whose filters match nothing, or all, would show nothing.
  expect(matched / (selections.length * ROWS)).toBeGreaterThan(0.02);
  expect(matched / (selections.length * ROWS)).toBeLessThan(0.9);
}

describe('a row matches here as it does in the store', () => {
  it('by one filter', async () => {
    await sameVerdicts(fc.sample(filter, { numRuns: 400, seed: SEED }).map((one) => ({ filters: [one] })));
  });

  it('by several filters and a search', async () => {
    const several = fc.record({ filters: fc.array(filter, { maxLength: 3 }), search });
    await sameVerdicts(fc.sample(several, { numRuns: 60, seed: SEED }));
  });

  it('by a search', async () => {
    await sameVerdicts(fc.sample(search, { numRuns: 200, seed: SEED }).map((one) => ({ filters: [], search: one })));
  });
});

it('a text is the number here that it is in the store', async () => {
  const { data } = await (
    await store.reader.query({
      query:
        'SELECT arrayJoin({texts:Array(String)}) AS text, toFloat64OrNull(text) AS number, isFinite(number) AS finite',
      query_params: { texts: [...NUMBERS, ...DECIMALS] },
      format: 'JSON',
    })
  ).json<{ text: string; number: number | null; finite: 0 | 1 | null }>();
  expect(data.map(({ text }) => [text, finiteNumberOf(text)])).toEqual(
    data.map(({ text, number, finite }) => [text, finite === 1 ? number : null]),
  );
});

it('a row is the same JSON as in an answer of POST /logs/query', async () => {
  const query = { from: '1970-01-01', filters: [], sort: 'asc' as const, limit: 1000 };
  const page = await queryLogs(store.reader, scope, query, { nowMs: NOW_MS });
  const rows = openLogRows(readNativeBlock(block));
  const view = viewRows(rows);
  const here = new Map(
    Array.from({ length: rows.count }, (_, row) => {
      rows.goTo(row);
      const made = view.toLogRow();
      return [made.id, JSON.stringify(made)];
    }),
  );
  expect(here.size).toBe(ROWS);
  expect(new Map(page.data.map((row) => [row.id, JSON.stringify(row)]))).toEqual(here);
});

it('what was received in a time is counted by the selection', async () => {
  const receivedAtMs = NOW_MS - 60_000;
  const selection: Selection = { filters: [], search: { query: 'foo', mode: 'all' } };
  const count = (fromMs: number, toMs: number) =>
    countReceived(store.reader, scope, selection, { fromMs, toMs }, { nowMs: NOW_MS });
  const expected = matchedHere(selection).length;
  expect(expected).toBeGreaterThan(0);
  expect(await count(receivedAtMs, receivedAtMs + 1)).toBe(expected);
  expect(await count(receivedAtMs + 1, NOW_MS)).toBe(0);
  expect(await count(0, receivedAtMs)).toBe(0);
});
