// One Produce request (version 7 of the protocol) with a batch that is encoded already: the client's own encoder copies each
// value five times more, and took 2 CPU-s/GB for it.
import type { Broker } from 'kafkajs/src/cluster/index.js';
import response from 'kafkajs/src/protocol/requests/produce/v7/response.js';

const PRODUCE = { apiKey: 0, apiVersion: 7, apiName: 'Produce' };
const ALL_IN_SYNC_REPLICAS = -1;
const NO_TRANSACTION = -1;

export interface Produced {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Buffer;
}

/** Resolves when all in-sync replicas have the batch. @throws what the client throws; the batch may have been appended */
export async function produce(broker: Broker, produced: Produced, timeoutMs: number): Promise<void> {
  const encoded = encodeRequest(produced, timeoutMs);
  await broker.connectionPool.send({
    request: { ...PRODUCE, encode: async () => ({ buf: encoded, buffer: encoded }) },
    response,
    requestTimeout: timeoutMs,
  });
}

function encodeRequest({ topic, partition, batch }: Produced, timeoutMs: number): Buffer {
  const name = Buffer.from(topic);
  const request = Buffer.allocUnsafeSlow(2 + 2 + 4 + 4 + 2 + name.byteLength + 4 + 4 + 4 + batch.byteLength);
  let at = request.writeInt16BE(NO_TRANSACTION, 0);
  at = request.writeInt16BE(ALL_IN_SYNC_REPLICAS, at);
  at = request.writeInt32BE(timeoutMs, at);
  at = request.writeInt32BE(1, at); // topics
  at = request.writeInt16BE(name.byteLength, at);
  at += name.copy(request, at);
  at = request.writeInt32BE(1, at); // partitions
  at = request.writeInt32BE(partition, at);
  at = request.writeInt32BE(batch.byteLength, at);
  batch.copy(request, at);
  return request;
}
