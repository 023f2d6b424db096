import { resolve } from 'node:path';
import { generateKey } from '@sazabi/keys';
import { StartupError } from '@sazabi/lifecycle';
import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';
import { reachableUrl } from './parts.ts';

describe('settings', () => {
  it('have the documented defaults', () => {
    expect(parseConfig({})).toEqual({
      dataDir: resolve('.sazabi'),
      logLevel: undefined,
      host: '127.0.0.1',
      internalHost: '127.0.0.1',
      internalToken: undefined,
      intakeUrl: undefined,
      tls: false,
      ports: { intake: 4318, intakeInternal: 4321, consumerInternal: 4322, api: 4319, internal: 4320 },
      clickHouse: undefined,
      environment: {},
    });
  });

  it('a ClickHouse of the operator is read by its own user, or else by the one that writes', () => {
    const url = 'http://app:pw@db:8123/sazabi';
    expect(parseConfig({ CLICKHOUSE_URL: url }).clickHouse).toEqual({ url, readerUrl: url });
    const readerUrl = 'http://reader:pw@db:8123/sazabi';
    expect(parseConfig({ CLICKHOUSE_URL: url, CLICKHOUSE_READER_URL: readerUrl }).clickHouse).toEqual({
      url,
      readerUrl,
    });
  });

  it('that are wrong are all named in one line', () => {
    const wrong = { INTAKE_PORT: '65536', API_PORT: '-1', CLICKHOUSE_URL: 'db', LOG_LEVEL: 'loud' };
    expect(() => parseConfig(wrong)).toThrow(StartupError);
    for (const name of Object.keys(wrong)) expect(() => parseConfig(wrong)).toThrow(name);
    expect(() => parseConfig(wrong)).not.toThrow('\n');
  });

  it.each([
    { TRUSTED_PROXIES: 'foo' },
    { HOST: '999.1.1.1' },
    { TLS_KEY_FILE: '/none' },
    { BUS_URL: 'kafka://x' },
    { DATABASE_URL: 'mysql://x' },
    { API_PUBLIC_URL: 'https://logs.example.com/api' },
    { RATE_LIMIT_MAX_PER_MINUTE: 'many' },
    { BOOTSTRAP_PUBLIC_KEY: 'pk_live_sz_typo' },
    { BOOTSTRAP_SECRET_KEY: generateKey('public', 'live') },
  ])('also one that a part alone uses, before anything starts: %j', (wrong) => {
    expect(() => parseConfig(wrong)).toThrow(StartupError);
  });

  it('an internal port for others needs a token of 32 characters', () => {
    const open = { INTERNAL_HOST: '0.0.0.0' };
    expect(() => parseConfig(open)).toThrow('INTERNAL_TOKEN: needs 32 characters');
    expect(() => parseConfig({ ...open, INTERNAL_TOKEN: 'x'.repeat(31) })).toThrow('INTERNAL_TOKEN');
    expect(parseConfig({ ...open, INTERNAL_TOKEN: 'x'.repeat(32) }).internalHost).toBe('0.0.0.0');
    expect(parseConfig({ INTERNAL_TOKEN: 'short' }).internalToken).toBe('short');
  });
});

it('a wildcard address is shown as one that a client can reach', () => {
  expect(reachableUrl('http://0.0.0.0:4318')).toBe('http://127.0.0.1:4318');
  expect(reachableUrl('http://[::]:4318')).toBe('http://[::1]:4318');
  expect(reachableUrl('https://[::1]:4318')).toBe('https://[::1]:4318');
  expect(reachableUrl('http://logs.internal:80')).toBe('http://logs.internal');
});
