// What the block writer writes is what the real engine reads: any text, every dictionary width, blocks end to end.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '@sazabi/embedded-clickhouse';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createLogBlock,
  joinFrames,
  LOG_COLUMNS,
  type LogBlock,
  newUuidV7,
  type Packing,
  uuidToText,
} from './index.ts';

const SOURCE = {
  projectId: '0192f0e4-1111-7222-8333-0123456789ab',
  mode: 'test',
  keyId: '0192f0e4-4444-7555-8666-fedcba987654',
  environment: 'staging',
} as const;
const RECEIVED_AT_MS = Date.UTC(2026, 10, 21, 10, 11, 12, 345);
const EXPIRES_ON_DAY = Date.UTC(2026, 11, 21) / 86_400_000;

interface Row {
  readonly message: string;
  readonly service: string;
  readonly host: string;
  readonly attributes: readonly (readonly [string, string])[];
}

let engine: EmbeddedClickHouse;
/** Each record's id is of a later millisecond, so that rows come back in the order of records. */
let recordTimeMs = RECEIVED_AT_MS;
const dataDir = mkdtempSync(join(tmpdir(), 'log-record-'));

/** Sends one statement with the bytes behind it; answers the rows of JSONCompactEachRow. */
async function ask(query: string, body: Uint8Array | string = '', encoding = 'none'): Promise<unknown[][]> {
  const url = new URL(engine.appUrl);
  const authorization = `Basic ${Buffer.from(`${url.username}:${url.password}`).toString('base64')}`;
  const target = `${url.origin}/?database=${url.pathname.slice(1)}&query=${encodeURIComponent(query)}`;
  const headers = { authorization, 'content-encoding': encoding };
  const answer = await fetch(target, { method: 'POST', body: Buffer.from(body), headers });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function insert(...blocks: Uint8Array[]): Promise<unknown[][]> {
  const columns = LOG_COLUMNS.map((column) => column.name).join(', ');
  const frames = Buffer.concat(blocks.map((block) => zstdCompressSync(block)));
  return ask(`INSERT INTO blocks (${columns}) FORMAT Native`, frames, 'zstd');
}

/** A fresh block with these rows, under a record of its own. */
function blockOf(rows: readonly Row[], block: LogBlock = createLogBlock()): LogBlock {
  block.reset(newUuidV7(recordTimeMs++), EXPIRES_ON_DAY);
  block.beginRequest(SOURCE, RECEIVED_AT_MS, null);
  for (const { attributes, ...fields } of rows) {
    expect(block.append({ ...fields, attributes: Object.fromEntries(attributes) }, 'log')).toBeNull();
  }
  return block;
}

async function storedRows(): Promise<unknown[][]> {
  return ask(
    'SELECT message, service, host, mapKeys(attributes), mapValues(attributes), bytes FROM blocks ' +
      'ORDER BY toString(batch_id), ordinal FORMAT JSONCompactEachRow',
  );
}

/** Invalid UTF-16 becomes U+FFFD; integer-like keys come first, as in the parsed object itself. */
function expected(row: Row): unknown[] {
  const entries = Object.entries(Object.fromEntries(row.attributes)).map((pair) =>
    pair.map((text) => text.toWellFormed()),
  );
  const texts = [row.message, row.service, row.host, SOURCE.environment].map((text) => text.toWellFormed());
  const bytes = [...texts, ...entries.flat()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return [...texts.slice(0, 3), entries.map(([key]) => key), entries.map(([, value]) => value), bytes];
}

beforeAll(async () => {
  engine = await startEmbeddedClickHouse({ dataDir });
  const columns = LOG_COLUMNS.map((column) => `${column.name} ${column.type}`).join(', ');
  await ask(`CREATE TABLE blocks (${columns}) ENGINE = MergeTree ORDER BY (batch_id, ordinal)`);
});

afterAll(async () => {
  await engine.stop();
  rmSync(dataDir, { recursive: true });
});

beforeEach(async () => {
  await ask('TRUNCATE TABLE blocks');
});

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const anyUtf16 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
  .map((units) => String.fromCharCode(...units));
const text = fc.oneof(
  anyText,
  anyUtf16,
  fc.string({ maxLength: 300 }),
  fc.constantFrom('', '\0', 'x'.repeat(127), 'ü'.repeat(64)),
);
/** Keys stay apart when lone surrogates become U+FFFD: a Map column may hold one key once. */
const key = fc.string({ unit: 'binary', maxLength: 12 });
const row: fc.Arbitrary<Row> = fc.record({
  message: text,
  service: text,
  host: text,
  attributes: fc.uniqueArray(fc.tuple(key, text), { maxLength: 20, selector: ([name]) => name }),
});

describe('Native block, read by the engine', () => {
  it('has every field as it was sent, for any text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 60 }), async (rows) => {
        await ask('TRUNCATE TABLE blocks');
        await insert(blockOf(rows).encode());
        expect(await storedRows()).toEqual(rows.map(expected));
      }),
      { numRuns: 25 },
    );
  });

  it('has times, ids and request columns exactly', async () => {
    const block = createLogBlock();
    const recordId = newUuidV7();
    const requestId = newUuidV7();
    block.reset(recordId, EXPIRES_ON_DAY);
    block.beginRequest(SOURCE, RECEIVED_AT_MS, requestId);
    block.append(
      { message: 'a', timestamp: '2261-12-31T23:59:59.999999999Z', level: 'FATAL', trace_id: 't', span_id: 's' },
      'log',
    );
    block.append({ name: 'signed up', timestamp: '1970-01-01T01:00:00.000000001+01:00' }, 'event');
    block.beginRequest({ ...SOURCE, mode: 'live' }, RECEIVED_AT_MS, null);
    block.append({ message: 'b' }, 'log');
    await insert(block.encode());
    const names = LOG_COLUMNS.map(({ name }) => (name === 'attributes' ? 'toString(attributes)' : name));
    const rows = await ask(`SELECT ${names} FROM blocks ORDER BY message FORMAT JSONCompactEachRow`);
    const head = (mode: string, timestamp: string) => [
      SOURCE.projectId,
      mode,
      timestamp,
      '2026-11-21 10:11:12.345',
      '2026-12-21',
    ];
    const request = uuidToText(requestId);
    expect(rows).toEqual([
      [
        ...head('test', '2261-12-31 23:59:59.999999999'),
        21,
        'fatal',
        '',
        'staging',
        '',
        'a',
        '',
        't',
        's',
        '{}',
        SOURCE.keyId,
        10,
        request,
        0,
      ],
      [
        ...head('live', '2026-11-21 10:11:12.345000000'),
        9,
        'info',
        '',
        'staging',
        '',
        'b',
        '',
        '',
        '',
        '{}',
        SOURCE.keyId,
        8,
        uuidToText(recordId),
        0,
      ],
      [
        ...head('test', '1970-01-01 00:00:00.000000001'),
        9,
        'info',
        '',
        'staging',
        '',
        'signed up',
        'signed up',
        '',
        '',
        '{}',
        SOURCE.keyId,
        25,
        request,
        1,
      ],
    ]);
  });

  it.each([0, 1, 255, 256, 257, 65_535, 65_536, 65_537])('has dictionaries of %i further keys', async (count) => {
    const rows = Array.from({ length: count + 1 }, (_, i) => ({
      message: '',
      service: `s${i}`,
      host: '',
      attributes: [[`k${i}`, `v${i}`]] as const,
    }));
    await insert(blockOf(rows).encode());
    const stored = await ask(
      "SELECT count(), countIf(service = concat('s', toString(ordinal)) AND attributes = map(concat('k', toString(ordinal)), concat('v', toString(ordinal)))) FROM blocks FORMAT JSONCompactEachRow SETTINGS output_format_json_quote_64bit_integers = 0",
    );
    expect(stored).toEqual([[count + 1, count + 1]]);
  });

  it('has maps of 0 and of 256 attributes side by side, and a batch without any', async () => {
    const many = Array.from({ length: 256 }, (_, i) => [`k${i}`, `v${i}`] as const);
    const rows = [[], many, [], many].map((attributes, i) => ({
      message: String(i),
      service: '',
      host: '',
      attributes,
    }));
    await insert(Uint8Array.from(blockOf(rows).encode()), blockOf(rows.slice(0, 1)).encode());
    expect(await storedRows()).toEqual([...rows, ...rows.slice(0, 1)].map(expected));
  });

  it('takes several blocks in one body, each a zstd frame, one of them empty, from one reused writer', async () => {
    const block = createLogBlock();
    const all = [3, 0, 500, 1].map((count, at) =>
      Array.from({ length: count }, (_, i) => ({ message: `${at}.${i}`, service: `s${i}`, host: '', attributes: [] })),
    );
    await insert(...all.map((rows) => Uint8Array.from(blockOf(rows, block).encode())));
    expect(await storedRows()).toEqual(all.flat().map(expected));
  });

  it.each<Packing>(['compressed', 'stored'])('takes small blocks that were joined, %s', async (packing) => {
    const block = createLogBlock();
    const all = [3, 1, 300, 1, 2].map((count, at) =>
      Array.from({ length: count }, (_, i) => ({
        message: `${at}.${i}`,
        service: `s${i}`,
        host: at === 1 ? '' : `h${at}`,
        attributes: Array.from({ length: (at + i) % 4 }, (_, n) => [`k${n * at}`, `v${i}`] as const),
      })),
    );
    const frames = all.map((rows) => zstdCompressSync(blockOf(rows, block).encode()));
    const joined = [...joinFrames(frames, packing)];
    expect(joined).toHaveLength(1);
    await insert(...joined.map((frame) => zstdDecompressSync(frame)));
    expect(await storedRows()).toEqual(all.flat().map(expected));
  });
});
