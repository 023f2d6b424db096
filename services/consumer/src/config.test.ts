import { join, resolve } from 'node:path';
import { StartupError } from '@sazabi/lifecycle';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';

const CLICKHOUSE_URL = 'http://app:secret@127.0.0.1:8123/sazabi';

describe('consumer settings', () => {
  it('needs the store alone', () => {
    expect(parseConfig({ CLICKHOUSE_URL })).toEqual({
      bus: { url: `lmdb:${join(resolve('.sazabi'), 'bus')}`, kafka: undefined },
      clickHouseUrl: CLICKHOUSE_URL,
      cluster: null,
      internal: { host: '127.0.0.1', port: 4322, token: undefined },
      logLevel: 'info',
    });
  });

  it('takes the data folder, or the bus where it is named', () => {
    expect(parseConfig({ CLICKHOUSE_URL, SAZABI_DATA_DIR: '/data' }).bus.url).toBe('lmdb:/data/bus');
    expect(parseConfig({ CLICKHOUSE_URL, SAZABI_DATA_DIR: '/data', BUS_URL: 'lmdb:/bus' }).bus.url).toBe('lmdb:/bus');
  });

  it('of a cluster takes the servers of its shards', () => {
    const cluster = { CLICKHOUSE_CLUSTER: 'c', CLICKHOUSE_INSERT_URLS: `http://a:1/x|http://b:1/x,${CLICKHOUSE_URL}` };
    expect(parseConfig({ CLICKHOUSE_URL, ...cluster }).cluster).toEqual({
      name: 'c',
      shards: [['http://a:1/x', 'http://b:1/x'], [CLICKHOUSE_URL]],
    });
    expect(() => parseConfig({ CLICKHOUSE_URL, CLICKHOUSE_CLUSTER: 'c' })).toThrow(/CLICKHOUSE_INSERT_URLS/);
  });

  it('names every wrong variable in one line', () => {
    const wrong = { CLICKHOUSE_URL: 'ftp://x', CONSUMER_INTERNAL_PORT: '70000', LOG_LEVEL: 'loud' };
    expect(() => parseConfig(wrong)).toThrow(StartupError);
    expect(() => parseConfig(wrong)).toThrow(/^[^\n]*CLICKHOUSE_URL[^\n]*CONSUMER_INTERNAL_PORT[^\n]*LOG_LEVEL[^\n]*$/);
    expect(() => parseConfig({})).toThrow(/CLICKHOUSE_URL/);
  });

  it('asks for a token where the internal port is not on loopback: 31 characters are too few, 32 enough', () => {
    const open = { CLICKHOUSE_URL, INTERNAL_HOST: '0.0.0.0' };
    expect(() => parseConfig(open)).toThrow(/INTERNAL_TOKEN/);
    expect(() => parseConfig({ ...open, INTERNAL_TOKEN: 'x'.repeat(31) })).toThrow(/INTERNAL_TOKEN/);
    expect(parseConfig({ ...open, INTERNAL_TOKEN: 'x'.repeat(32) }).internal.host).toBe('0.0.0.0');
    expect(parseConfig({ CLICKHOUSE_URL, INTERNAL_HOST: '127.0.0.2' }).internal.host).toBe('127.0.0.2');
  });
});
