import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { busOf, busSettings, checkBus } from './bus-settings.ts';
import { parseEnvironment } from './parse-environment.ts';

const schema = z.object(busSettings).superRefine(checkBus);
const parse = (environment: Record<string, string>) => busOf(parseEnvironment(schema, environment), '/data');

describe('settings of the bus', () => {
  it('are a folder of the data directory by default', () => {
    expect(parse({})).toEqual({ url: 'lmdb:/data/bus', kafka: undefined });
  });

  it('have defaults for Kafka', () => {
    expect(parse({ BUS_URL: 'kafka://a:9092,b.example:9093' })).toEqual({
      url: 'kafka://a:9092,b.example:9093',
      kafka: {
        topic: 'sazabi.logs.v1',
        deadLetterTopic: 'sazabi.logs.v1.dead-letters',
        groupId: 'sazabi-consumer',
        partitions: 6,
        replicationFactor: null,
        minInsyncReplicas: null,
        retentionMs: 604_800_000,
        sessionTimeoutMs: 10_000,
        tls: null,
        sasl: null,
      },
    });
  });

  it.each([
    [{ BUS_URL: 'kafka://user:secret@h:9092' }, /BUS_URL.*KAFKA_SASL_USERNAME/],
    [{ BUS_URL: 'kafka://h' }, /BUS_URL/],
    [{ BUS_URL: 'kafka://h:9092,' }, /BUS_URL/],
    [{ BUS_URL: 'kafka://h:99999' }, /BUS_URL/],
    [{ BUS_URL: 'kafka://h:0' }, /BUS_URL/],
    [{ KAFKA_REPLICATION_FACTOR: '2', KAFKA_MIN_INSYNC_REPLICAS: '3' }, /KAFKA_MIN_INSYNC_REPLICAS: must not be more/],
    [{ BUS_URL: 'redis://h:1' }, /BUS_URL/],
    [{ KAFKA_PARTITIONS: '0' }, /KAFKA_PARTITIONS: must be a whole number from 1 to 1000/],
    [{ KAFKA_TLS: 'yes' }, /KAFKA_TLS: must be true or false/],
    [{ KAFKA_TLS_CA_FILE: '/none' }, /KAFKA_TLS_CA_FILE/],
    [{ KAFKA_TLS: 'true', KAFKA_TLS_CERT_FILE: '/none' }, /KAFKA_TLS_KEY_FILE/],
    [{ KAFKA_SASL_USERNAME: 'me' }, /KAFKA_SASL_MECHANISM/],
  ])('are refused by name: %o', (environment, message) => {
    expect(() => parse(environment)).toThrow(message);
  });

  it('never quote a password', () => {
    expect(() => parse({ BUS_URL: 'kafka://user:hidden@h:9092' })).not.toThrow(/hidden/);
  });
});
