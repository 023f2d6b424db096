// Records in a form that the adapter cannot read.
import { zstdCompressSync } from 'node:zlib';
import kafkajs, { CompressionTypes, Kafka, logLevel } from 'kafkajs';

/** Puts a record on the topic in a batch compressed by zstd, which kafkajs does not know unless it is taught. */
export async function putCompressed(broker: string, topic: string, partition: number): Promise<void> {
  const codecs = kafkajs.CompressionCodecs;
  const unknown = codecs[CompressionTypes.ZSTD];
  codecs[CompressionTypes.ZSTD] = () => ({
    compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer),
  });
  const producer = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).producer();
  try {
    await producer.connect();
    const messages = [{ partition, value: 'compressed' }];
    await producer.send({ topic, compression: CompressionTypes.ZSTD, messages });
  } finally {
    await producer.disconnect();
    codecs[CompressionTypes.ZSTD] = unknown;
  }
}
