// Reads logs, gathers them into batches and keeps several requests under way; memory is bounded by these alone.
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type Batch, createBatcher } from './batch.ts';
import type { Delivered, RejectedLog } from './deliver.ts';
import { LINGER_MS, REJECTED_SHOWN_MAX, REQUESTS_MAX } from './limits.ts';
import type { LogReader } from './log-source.ts';

export interface SendOptions {
  readonly input: Readable;
  /** Chooses the reader once the first bytes are there. */
  readonly openReader: (head: Buffer) => LogReader;
  /** Whether the bytes read so far are enough to choose. */
  readonly isHead: (head: Buffer) => boolean;
  readonly deliver: (batch: Batch, idempotencyKey: string) => Promise<Delivered>;
  readonly onProgress?: (bytesRead: number, accepted: number) => void;
}

export interface Sent {
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
  let bytesRead = 0;
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
        options.onProgress?.(bytesRead, accepted);
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
    for await (const { place, log } of readLogs(options, (bytes) => {
      bytesRead += bytes;
    })) {
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
  options.onProgress?.(bytesRead, accepted);
  return { accepted, rejectedCount, rejected, failure };
}

async function* readLogs(options: SendOptions, onBytes: (bytes: number) => void) {
  let reader: LogReader | null = null;
  let head: Buffer = Buffer.alloc(0);
  for await (const chunk of options.input) {
    const bytes = Buffer.from(chunk);
    onBytes(bytes.length);
    if (reader === null) {
      head = Buffer.concat([head, bytes]);
      if (!options.isHead(head)) continue;
      reader = options.openReader(head);
      yield* reader.push(head);
    } else yield* reader.push(bytes);
  }
  if (reader === null) {
    reader = options.openReader(head);
    yield* reader.push(head);
  }
  yield* reader.end();
}
