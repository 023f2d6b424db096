// Reads logs, gathers them into batches and keeps several requests under way; memory is bounded by these alone.
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type Batch, createBatcher } from './batch.ts';
import type { Delivered, RejectedLog } from './deliver.ts';
import { LINGER_MS, REJECTED_SHOWN_MAX, REQUESTS_MAX } from './limits.ts';
import type { LogReader, ReadLog } from './log-source.ts';

export interface SendOptions {
  readonly input: Readable;
  /** Chooses the reader once the first bytes are there. */
  readonly openReader: (head: Buffer) => LogReader;
  /** Whether the bytes read so far are enough to choose. */
  readonly isHead: (head: Buffer) => boolean;
  readonly deliver: (batch: Batch, idempotencyKey: string) => Promise<Delivered>;
  readonly onReceipt?: (receipt: string) => void;
  readonly onProgress?: (bytesRead: number, accepted: number) => void;
}

export interface Sent {
  /** What a place counts. */
  readonly unit: LogReader['unit'];
  readonly accepted: number;
  readonly rejectedCount: number;
  /** The first few. */
  readonly rejected: readonly RejectedLog[];
  /** What stopped the sending, or null; and the places whose logs were then not delivered for sure. */
  readonly failure: { readonly error: unknown; readonly from: number; readonly to: number } | null;
}

/** Sends all of the input. What stops it is in the answer: what was sent before still counts. */
export async function sendLogs(options: SendOptions): Promise<Sent> {
  const run = randomUUID();
  const batcher = createBatcher();
  const underWay = new Set<Promise<void>>();
  const rejected: RejectedLog[] = [];
  let accepted = 0;
  let rejectedCount = 0;
  let batches = 0;
  const seen: Seen = { bytes: 0, unit: 'line' };
  let failure: Sent['failure'] = null;
  let lingering: NodeJS.Timeout | null = null;

  const reject = (count: number, named: readonly RejectedLog[]): void => {
    rejectedCount += count;
    rejected.push(...named.slice(0, REJECTED_SHOWN_MAX - rejected.length));
  };
  const dispatch = (): void => {
    if (lingering !== null) clearTimeout(lingering);
    lingering = null;
    if (batcher.isEmpty()) return;
    const batch = batcher.take();
    batches += 1;
    const sending = options.deliver(batch, `${run}-${batches}`).then(
      (delivered) => {
        accepted += delivered.accepted;
        reject(delivered.rejectedCount, delivered.rejected);
        for (const receipt of delivered.receipts) options.onReceipt?.(receipt);
        options.onProgress?.(seen.bytes, accepted);
      },
      (error: unknown) => {
        const from = Math.min(batch.places[0] ?? 0, failure?.from ?? Number.POSITIVE_INFINITY);
        failure = { error: failure?.error ?? error, from, to: Math.max(batch.places.at(-1) ?? 0, failure?.to ?? 0) };
        // An input that nobody writes to would keep the reading waiting.
        options.input.destroy();
      },
    );
    const settled = sending.finally(() => underWay.delete(settled));
    underWay.add(settled);
  };
  const linger = (): void => {
    lingering = null;
    if (underWay.size < REQUESTS_MAX) dispatch();
    else lingering = setTimeout(linger, LINGER_MS);
  };
  const add = async (place: number, json: string): Promise<void> => {
    if (!batcher.hasRoomFor(json)) {
      while (underWay.size >= REQUESTS_MAX) await Promise.race(underWay);
      dispatch();
    }
    batcher.add(place, json);
    lingering ??= setTimeout(linger, LINGER_MS);
  };

  try {
    for await (const { place, log } of readLogs(options, seen)) {
      if (failure !== null) break;
      if ('json' in log) await add(place, log.json);
      else reject(1, [{ place, code: log.code, message: log.problem }]);
    }
    while (underWay.size >= REQUESTS_MAX) await Promise.race(underWay);
    if (failure === null) dispatch();
  } catch (error) {
    // Reading fails too when the input was closed because of a failure: that one tells more.
    failure ??= { error, from: 0, to: 0 };
  }
  if (lingering !== null) clearTimeout(lingering);
  await Promise.all(underWay);
  options.onProgress?.(seen.bytes, accepted);
  return { unit: seen.unit, accepted, rejectedCount, rejected, failure };
}

/** What reading tells beside the logs. */
interface Seen {
  bytes: number;
  unit: LogReader['unit'];
}

async function* readLogs(options: SendOptions, seen: Seen): AsyncGenerator<ReadLog> {
  const chunks = readChunks(options.input, seen);
  try {
    const head = await readHead(chunks, options.isHead);
    const reader = options.openReader(head);
    seen.unit = reader.unit;
    yield* reader.push(head);
    for await (const chunk of chunks) yield* reader.push(chunk);
    yield* reader.end();
  } finally {
    await chunks.return();
  }
}

async function* readChunks(input: Readable, seen: Seen): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    seen.bytes += bytes.length;
    yield bytes;
  }
}

async function readHead(chunks: AsyncGenerator<Buffer, void, void>, isHead: SendOptions['isHead']): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (!isHead(head)) {
    const { value } = await chunks.next();
    if (value === undefined) break;
    head = Buffer.concat([head, value]);
  }
  return head;
}
