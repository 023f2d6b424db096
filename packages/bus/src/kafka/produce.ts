// One Produce request (version 7 of the protocol) with a batch that is encoded already: the client's own encoder copies each
// value five times more, and took 2 CPU-s/GB for it.
import type { Broker } from 'kafkajs/src/cluster/index.js';
import response from 'kafkajs/src/protocol/requests/produce/v7/response.js';
import { batchBytesMax, writeBatch } from './record-batch.ts';

const PRODUCE = { apiKey: 0, apiVersion: 7, apiName: 'Produce' };
const ALL_IN_SYNC_REPLICAS = -1;
const NO_TRANSACTION = -1;

/** Resolves when all in-sync replicas have what is in it. @throws what the client throws; it may have been appended */
export async function produce(broker: Broker, encoded: Buffer, timeoutMs: number): Promise<void> {
  await broker.connectionPool.send({
    request: { ...PRODUCE, encode: async () => ({ buf: encoded, buffer: encoded }) },
    response,
    requestTimeout: timeoutMs,
  });
}

export interface Produced {
  readonly topic: string;
  readonly partition: number;
  readonly bodies: readonly Uint8Array[];
  readonly timestampMs: number;
  /** How long the leader may wait for the other replicas. */
  readonly timeoutMs: number;
}

/** A request with one batch, to be sent as often as it takes. */
export function encodeProduce({ topic, partition, bodies, timestampMs, timeoutMs }: Produced): Buffer {
  const name = Buffer.from(topic);
  const headBytes = 2 + 2 + 4 + 4 + 2 + name.byteLength + 4 + 4 + 4;
  const request = Buffer.allocUnsafeSlow(headBytes + batchBytesMax(bodies));
  const batchBytes = writeBatch(request.subarray(headBytes), bodies, timestampMs);
  let at = request.writeInt16BE(NO_TRANSACTION, 0);
  at = request.writeInt16BE(ALL_IN_SYNC_REPLICAS, at);
  at = request.writeInt32BE(timeoutMs, at);
  at = request.writeInt32BE(1, at); // topics
  at = request.writeInt16BE(name.byteLength, at);
  at += name.copy(request, at);
  at = request.writeInt32BE(1, at); // partitions
  at = request.writeInt32BE(partition, at);
  request.writeInt32BE(batchBytes, at);
  return request.subarray(0, headBytes + batchBytes);
}
