// The bodies of one load as files, so that wrk sends every peer the same logs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createLogGenerator, type GeneratedLog } from '@sazabi/load/log-generator';
import { otlpJson, otlpProtobuf } from './otlp.ts';

export type Encoding = 'json' | 'ndjson' | 'otlp-json' | 'otlp-proto';

export interface Load {
  /** Logs a request. */
  readonly batch: number;
  readonly gzip: boolean;
}

/** They take turns. Enough that no peer sees one body often, few enough to stay in wrk's memory. */
export const BODY_COUNT = 64;
/** Their logs lie in the last minute. */
const SPAN_MS = 60_000;

const ENCODINGS: Readonly<
  Record<Encoding, { readonly contentType: string; encode(logs: readonly GeneratedLog[]): Buffer }>
> = {
  json: { contentType: 'application/json', encode: (logs) => Buffer.from(JSON.stringify(logs)) },
  ndjson: {
    contentType: 'application/x-ndjson',
    encode: (logs) => Buffer.from(logs.map((log) => `${JSON.stringify(log)}\n`).join('')),
  },
  'otlp-json': { contentType: 'application/json', encode: otlpJson },
  'otlp-proto': { contentType: 'application/x-protobuf', encode: otlpProtobuf },
};

export function contentHeaders(encoding: Encoding, load: Load): Readonly<Record<string, string>> {
  return {
    'content-type': ENCODINGS[encoding].contentType,
    ...(load.gzip ? { 'content-encoding': 'gzip' } : {}),
  };
}

/** Body number `index` of a load; the same seed, number and time give the same logs in every encoding. */
export function* bodiesOf(encoding: Encoding, load: Load, seed: number, nowMs: number): Generator<Buffer> {
  const generate = createLogGenerator(seed);
  const count = BODY_COUNT * load.batch;
  for (let index = 0; index < BODY_COUNT; index++) {
    const logs = Array.from({ length: load.batch }, (_, at) =>
      generate(nowMs - SPAN_MS + Math.floor(((index * load.batch + at) * SPAN_MS) / count)),
    );
    const body = ENCODINGS[encoding].encode(logs);
    yield load.gzip ? gzipSync(body) : body;
  }
}

/** Writes `folder`/0, `folder`/1 and so on. Returns bytes per log as sent. */
export function writeBodies(folder: string, encoding: Encoding, load: Load, seed: number): number {
  mkdirSync(folder, { recursive: true });
  let bytes = 0;
  let index = 0;
  for (const body of bodiesOf(encoding, load, seed, Date.now())) {
    writeFileSync(join(folder, String(index)), body);
    bytes += body.byteLength;
    index += 1;
  }
  return bytes / (BODY_COUNT * load.batch);
}
