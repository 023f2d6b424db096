// Requests for the mutation run: from a valid one by a few changes, as the bytes that go over the wire.
import { type MutatedBody, mutatedBody } from './mutated-body.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface MutatedRequest {
  /** Written one after another. */
  readonly pieces: readonly Buffer[];
  /** It is one whole, well-formed request, so it must be answered; else whatever comes back must be of the contract. */
  readonly mustBeAnswered: boolean;
  /** What the client does when it has written all. */
  readonly then: 'wait' | 'half-close' | 'destroy';
}

/** The keys that a request may carry. */
export interface MutationKeys {
  readonly valid: string;
  readonly others: readonly [string, ...string[]];
}

type Header = readonly [string, string];

const METHODS: readonly [string, ...string[]] = [
  'GET',
  'PUT',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'TRACE',
  'post',
  'FOO',
];
const PATHS: readonly [string, ...string[]] = [
  '/v1/events',
  '/',
  '/v1/logs/',
  '/V1/logs',
  '/v1/logs?key=',
  '/v1/logs?%zz&key=%ff&&=',
  '/v1/logs?key=sk_live_x',
  '/v1/%6cogs',
  '/v1/../v1/logs',
  `/${'long/'.repeat(600)}`,
  '/healthz',
  '/readyz',
  '/version',
];
const VALUES: readonly [string, ...string[]] = ['', ' ', ',', 'ü', '"', 'a'.repeat(300), '\t', '0', 'null', '*/*'];
const HEADER_NAMES: readonly [string, ...string[]] = [
  'authorization',
  'origin',
  'x-request-id',
  'idempotency-key',
  'user-agent',
  'x-forwarded-for',
  'x-sazabi-secret-key',
  'content-type',
  'content-encoding',
  'accept',
  'expect',
  'cookie',
];

interface Draft {
  method: string;
  path: string;
  version: string;
  headers: Header[];
  framing: readonly Buffer[];
  wellFormed: boolean;
}

/** Changes that leave a well-formed request. */
const HARMLESS: readonly [
  (random: SeededRandom, draft: Draft, keys: MutationKeys) => void,
  ...((random: SeededRandom, draft: Draft, keys: MutationKeys) => void)[],
] = [
  (random, draft) => {
    draft.method = random.pick(METHODS);
  },
  (random, draft) => {
    draft.path = random.pick(PATHS);
  },
  (random, draft, keys) => {
    draft.headers = draft.headers.filter(([name]) => name !== 'x-sazabi-key');
    if (random.chance(0.8)) draft.headers.push(['x-sazabi-key', random.pick(keys.others)]);
  },
  (random, draft, keys) => {
    draft.headers.push([
      'authorization',
      random.pick([`Bearer ${keys.valid}`, keys.valid, `Bearer ${random.pick(keys.others)}`]),
    ]);
  },
  (random, draft, keys) => {
    draft.path = `${draft.path}?key=${encodeURIComponent(random.chance(0.5) ? keys.valid : random.pick(keys.others))}`;
  },
  (random, draft) => {
    draft.headers.push([random.pick(HEADER_NAMES), random.pick(VALUES)]);
  },
  (random, draft) => {
    draft.headers.push(['origin', random.pick(['https://a.example', 'null', 'file://'])]);
  },
  (random, draft) => {
    draft.headers.push(['idempotency-key', random.chance(0.5) ? 'again' : String(random.below(1000))]);
  },
  (random, draft) => {
    for (let header = random.below(60); header > 0; header -= 1)
      draft.headers.push([`x-${header}`, 'v'.repeat(random.below(200))]);
  },
];

/** Changes after which it may be no HTTP any more. */
const HARMFUL: readonly [
  (random: SeededRandom, draft: Draft) => void,
  ...((random: SeededRandom, draft: Draft) => void)[],
] = [
  (random, draft) => {
    draft.version = random.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/1.1 ', 'http/1.1', '']);
  },
  (random, draft) => {
    draft.method = random.pick(['', 'P OST', 'POST\u0000', '\u0016\u0003\u0001']);
  },
  (random, draft) => {
    draft.path = random.pick(['', '*', 'v1/logs', 'http://h/v1/logs', '/ü', '/v1/logs with spaces', '/\u0000']);
  },
  (random, draft) => {
    draft.headers.push([
      random.pick(['', 'a b', 'x\u0001', ':', 'no-colon\r\n']),
      random.pick(['v', 'a\u0000b', 'a\rb', 'a\nb']),
    ]);
  },
  (random, draft) => {
    draft.headers.push([
      random.pick(['content-length', 'transfer-encoding', 'host']),
      random.pick(['0', '5', '-1', '99999999999999999999', 'abc', '', 'gzip', 'identity', '1, 2']),
    ]);
  },
  (_random, draft) => {
    draft.headers = draft.headers.filter(([name]) => name !== 'host');
  },
  (_random, draft) => {
    for (let header = 0; header < 130; header += 1) draft.headers.push([`x-${header}`, 'v']);
  },
  (_random, draft) => {
    draft.headers.push(['x-large', 'v'.repeat(17_000)]);
  },
];

function chunked(random: SeededRandom, bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = Math.min(bytes.length - at, 1 + random.below(2000));
    chunks.push(Buffer.from(`${size.toString(16)}\r\n`), bytes.subarray(at, at + size), Buffer.from('\r\n'));
    at += size;
  }
  return [...chunks, Buffer.from('0\r\n\r\n')];
}

/** How the body is told from what follows it: rightly in most, wrongly in some. */
function frame(random: SeededRandom, draft: Draft, body: MutatedBody): void {
  const { bytes } = body;
  if (random.chance(0.2)) {
    draft.headers.push(['transfer-encoding', 'chunked']);
    draft.framing = chunked(random, bytes);
    if (random.chance(0.2)) {
      draft.wellFormed = false;
      draft.framing = [
        random.pick([Buffer.from('zz\r\n'), Buffer.from('-5\r\n'), Buffer.from('fffffffffffffffff\r\n')]),
        ...draft.framing,
      ];
    }
    return;
  }
  draft.framing = [bytes];
  const wrong = random.chance(0.1);
  if (wrong) draft.wellFormed = false;
  draft.headers.push([
    'content-length',
    String(wrong ? Math.max(0, bytes.length - 20 + random.below(40)) : bytes.length),
  ]);
}

function bytesOf(draft: Draft): Buffer {
  const lines = draft.headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const start = Buffer.from(`${draft.method} ${draft.path} ${draft.version}\r\n${lines}\r\n`);
  return Buffer.concat([start, ...draft.framing]);
}

function inPieces(random: SeededRandom, bytes: Buffer): Buffer[] {
  if (random.chance(0.6)) return [bytes];
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random.below(Math.max(2, bytes.length >> random.below(4)));
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** The next request of the run. */
export function mutatedRequest(random: SeededRandom, keys: MutationKeys): MutatedRequest {
  const body = mutatedBody(random);
  const draft: Draft = {
    method: 'POST',
    path: '/v1/logs',
    version: 'HTTP/1.1',
    headers: [['host', 'localhost'], ['x-sazabi-key', keys.valid], ...body.headers],
    framing: [],
    wellFormed: true,
  };
  frame(random, draft, body);
  while (random.chance(0.5)) random.pick(HARMLESS)(random, draft, keys);
  if (random.chance(0.15)) {
    draft.wellFormed = false;
    random.pick(HARMFUL)(random, draft);
  }
  let bytes = bytesOf(draft);
  // Several at once on one connection, or one that ends in the middle.
  const kind = random.next();
  if (kind < 0.05) bytes = Buffer.concat(Array.from({ length: 2 + random.below(3) }, () => bytes));
  else if (kind < 0.1) bytes = bytes.subarray(0, random.below(bytes.length));
  const alone = kind >= 0.1;
  const then = random.chance(0.9) ? 'wait' : random.pick<MutatedRequest['then']>(['half-close', 'destroy']);
  return { pieces: inPieces(random, bytes), mustBeAnswered: draft.wellFormed && alone && then === 'wait', then };
}
