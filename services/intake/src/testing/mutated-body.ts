// Bodies for the mutation run: logs in every wire form, and everything that is almost one.
import zlib from 'node:zlib';
import type { SeededRandom } from './seeded-random.ts';

export interface MutatedBody {
  readonly bytes: Buffer;
  /** Headers that tell what it is, or claim to. */
  readonly headers: readonly (readonly [string, string])[];
}

type Make = (random: SeededRandom) => string | Buffer;

const VALUES: readonly [unknown, ...unknown[]] = [
  null,
  true,
  '',
  0,
  -0,
  1e308,
  'text',
  'ü\u2028\ud800',
  [],
  {},
  [[1, [2]]],
  { a: { b: { c: [] } } },
  '2026-01-31T08:09:10.123456789+02:00',
  1_800_000_000,
  'x'.repeat(200),
];
const NAMES: readonly [string, ...string[]] = [
  'message',
  'msg',
  'level',
  'severity_number',
  'timestamp',
  'ts',
  'service',
  'host',
  'trace_id',
  'attributes',
  '__proto__',
  'constructor',
  'toString',
  '',
  'a.b',
  'level#2',
];

function log(random: SeededRandom): Record<string, unknown> {
  const entries: [string, unknown][] = [['message', random.chance(0.9) ? 'hello' : random.pick(VALUES)]];
  for (let member = random.below(6); member > 0; member -= 1) entries.push([random.pick(NAMES), random.pick(VALUES)]);
  return Object.fromEntries(entries);
}

const logs = (random: SeededRandom, count: number) => Array.from({ length: count }, () => log(random));

const PLAIN: readonly [Make, ...Make[]] = [
  (random) => JSON.stringify(log(random)),
  (random) => JSON.stringify(logs(random, random.below(30))),
  (random) => JSON.stringify(random.pick(VALUES)),
  (random) => `\ufeff${JSON.stringify(log(random))}`,
  (random) => JSON.stringify([...logs(random, 3), random.pick(VALUES)]),
  () => '{"resourceLogs":[]}',
  () => '{"message":1e400,"a":-0,"b":12345678901234567890,"message":"again"}',
  (random) => {
    const depth = 1 + random.below(5000);
    return `{"message":"deep","a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  },
  (random) => '{"a":'.repeat(1 + random.below(5000)),
  (random) => `{"message":"${'y'.repeat(random.below(300_000))}"}`,
  (random) => `{"message":"many",${Array.from({ length: random.below(400) }, (_, n) => `"k${n}":${n}`).join(',')}}`,
  (random) => `[${'{"message":"m"},'.repeat(9_990 + random.below(20))}{}]`,
  (random) => random.bytes(random.below(200)),
];

const NDJSON: Make = (random) =>
  Array.from({ length: random.below(20) }, () =>
    random.chance(0.8) ? JSON.stringify(log(random)) : random.pick(['', '{', 'null', '\r', '[1,']),
  ).join('\n');

const TYPES: readonly [string, ...string[]] = [
  'application/json',
  'application/x-ndjson',
  'text/plain;charset=UTF-8',
  'application/json; charset=latin1',
  'application/x-www-form-urlencoded',
  'application/x-protobuf',
  '',
  ';;;',
  'application/json, text/plain',
];

const COMPRESSIONS: readonly [[string, (bytes: Buffer) => Buffer], ...[string, (bytes: Buffer) => Buffer][]] = [
  ['gzip', (bytes) => zlib.gzipSync(bytes)],
  ['deflate', (bytes) => zlib.deflateSync(bytes)],
  ['deflate', (bytes) => zlib.deflateRawSync(bytes)],
  ['br', (bytes) => zlib.brotliCompressSync(bytes, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } })],
  ['zstd', (bytes) => zlib.zstdCompressSync(bytes)],
];

/** Cuts it, changes bytes of it, or puts others into it. */
function damaged(random: SeededRandom, bytes: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  switch (random.below(4)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), random.bytes(1 + random.below(8)), bytes.subarray(at)]);
    case 2:
      return Buffer.concat([bytes, random.bytes(1 + random.below(8))]);
    default: {
      const changed = Buffer.from(bytes);
      for (let change = random.below(4); change >= 0 && changed.length > 0; change -= 1)
        changed[random.below(changed.length)] = random.below(256);
      return changed;
    }
  }
}

/** A body, whole or damaged, compressed or not, with headers that are mostly true. */
export function mutatedBody(random: SeededRandom): MutatedBody {
  const isLines = random.chance(0.2);
  const made = isLines ? NDJSON(random) : random.pick(PLAIN)(random);
  let bytes: Buffer = Buffer.from(made);
  if (random.chance(0.3)) bytes = damaged(random, bytes);
  const honestType = isLines ? 'application/x-ndjson' : 'application/json';
  const headers: [string, string][] = [['content-type', random.chance(0.8) ? honestType : random.pick(TYPES)]];
  if (random.chance(0.3)) {
    const [encoding, compress] = random.pick(COMPRESSIONS);
    bytes = compress(random.chance(0.05) ? Buffer.alloc(2_000_000) : bytes);
    if (random.chance(0.3)) bytes = damaged(random, bytes);
    headers.push(['content-encoding', encoding]);
  } else if (random.chance(0.1)) {
    headers.push(['content-encoding', random.pick(['gzip', 'zstd', 'br', 'deflate', 'identity', 'x', 'gzip, gzip'])]);
  }
  return { bytes, headers };
}
