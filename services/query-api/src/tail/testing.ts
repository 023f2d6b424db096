// For tests of tails: records appended to a bus as an intake does, and a reader of the stream that keeps what came.
import { zstdCompressSync } from 'node:zlib';
import type { BusProducer } from '@sazabi/bus';
import { createLogBlock, encodeRecord, newUuidV7, requestIdOf } from '@sazabi/log-record';
import { createParser } from 'eventsource-parser';
import { expect } from 'vitest';

export interface TestRecord {
  readonly projectId: string;
  readonly mode?: 'live' | 'test';
  readonly partition?: number;
  readonly recordId?: Uint8Array;
  readonly idempotencyKey?: string;
  readonly receivedAtMs?: number;
  /** Days from today. */
  readonly expiresInDays?: number;
}

/** Appends one record with these logs; durable when it resolves. */
export async function appendLogs(producer: BusProducer, logs: readonly object[], record: TestRecord): Promise<void> {
  const { projectId, mode = 'live', partition = 0, recordId = newUuidV7(), idempotencyKey } = record;
  const block = createLogBlock();
  const expiresOnDay = Math.floor(Date.now() / 86_400_000) + (record.expiresInDays ?? 30);
  block.reset(recordId, expiresOnDay);
  const requestId = idempotencyKey === undefined ? null : requestIdOf(projectId, mode, idempotencyKey);
  const source = { projectId, mode, keyId: '0192f0e4-4444-7555-8666-fedcba987654', environment: '' };
  block.beginRequest(source, record.receivedAtMs ?? Date.now(), requestId);
  for (const log of logs) expect(block.append(log, 'log')).toBeNull();
  const meta = {
    batchId: recordId,
    rows: block.rowCount,
    ownRows: block.ownRowCount,
    expiresOnDay,
    requestIds: requestId === null ? [] : [requestId],
  };
  await producer.append(partition, encodeRecord(meta, zstdCompressSync(block.encode())));
}

export interface TailEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

export interface TestTail {
  readonly response: Response;
  readonly events: readonly TailEvent[];
  /** The latest id, also of heartbeats. */
  lastId(): string | undefined;
  comments(): readonly string[];
  messages(): readonly string[];
  /** Resolves when the stream has ended, by either side. */
  readonly ended: Promise<void>;
  /** Waits until so many rows have come. */
  rows(count: number, timeoutMs?: number): Promise<readonly string[]>;
  cut(): void;
}

export interface TailOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly lastEventId?: string | undefined;
  /** Of the page that opens it. */
  readonly origin?: string;
}

/** Opens a tail; resolves with the head of the answer. */
export async function openTail(
  apiUrl: string,
  key: string,
  { query = {}, lastEventId, origin }: TailOptions = {},
): Promise<TestTail> {
  const end = new AbortController();
  const response = await fetch(`${apiUrl}/logs/tail?${new URLSearchParams(query)}`, {
    headers: {
      'x-sazabi-secret-key': key,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      ...(origin === undefined ? {} : { origin }),
    },
    signal: end.signal,
  });
  const events: TailEvent[] = [];
  const comments: string[] = [];
  let lastId: string | undefined;
  const parser = createParser({
    onEvent: ({ event = 'message', id, data }) => void events.push({ event, id, data: JSON.parse(data) }),
    onComment: (comment) => void comments.push(comment),
    onId: (id) => {
      lastId = id;
    },
  });
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
  };
  const messages = () => events.filter(({ event }) => event === 'log').map(({ data }) => String(Object(data).message));
  return {
    response,
    events,
    lastId: () => lastId,
    comments: () => comments,
    messages,
    ended: read().catch(() => undefined),
    async rows(count, timeoutMs = 20_000) {
      await expect.poll(() => messages().length, { timeout: timeoutMs }).toBeGreaterThanOrEqual(count);
      return messages();
    },
    cut: () => end.abort(),
  };
}
