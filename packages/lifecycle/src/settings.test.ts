import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { busSettings } from './bus-settings.ts';
import { CERTIFICATE_KEY_JWK, CERTIFICATE_PEM } from './fixtures/certificate.ts';
import { parseEnvironment } from './parse-environment.ts';
import {
  checkInternal,
  checkTls,
  clickHouseUrlSetting,
  databaseUrlSetting,
  internalSettings,
  logLevelSetting,
  originSetting,
  portSetting,
  publicSettings,
  rateLimitCapSetting,
  tlsFiles,
} from './settings.ts';
import { StartupError } from './startup-error.ts';

const schema = z
  .object({
    ...publicSettings,
    ...internalSettings,
    PORT: portSetting(1),
    RATE: rateLimitCapSetting,
    ...busSettings,
    DATABASE_URL: databaseUrlSetting,
    CLICKHOUSE_URL: clickHouseUrlSetting.optional(),
    LOG_LEVEL: logLevelSetting.optional(),
    API_PUBLIC_URL: originSetting,
  })
  .superRefine(checkTls)
  .superRefine(checkInternal);
const parse = (environment: Record<string, string>) => parseEnvironment(schema, environment);

let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const own = createPrivateKey({ key: CERTIFICATE_KEY_JWK, format: 'jwk' });
  writeFileSync(file('cert.pem'), CERTIFICATE_PEM);
  writeFileSync(file('key.pem'), own.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(file('other.pem'), other.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(file('text.pem'), 'no PEM at all');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a setting that is wrong is named in one line', () => {
  it.each([
    [{ TRUSTED_PROXIES: 'foo' }, 'TRUSTED_PROXIES: "foo" is neither an address nor a network such as 10.0.0.0/8'],
    [{ TRUSTED_PROXIES: '10.0.0.1, 10.0.0.0/33' }, 'TRUSTED_PROXIES: "10.0.0.0/33"'],
    [{ TRUSTED_PROXIES: '0.0.0.0/0' }, 'TRUSTED_PROXIES: "0.0.0.0/0"'],
    [{ HOST: '999.1.1.1' }, 'HOST: must be an IP address or a host name'],
    [{ HOST: 'http://x' }, 'HOST: must be'],
    [{ INTERNAL_HOST: 'a b' }, 'INTERNAL_HOST: must be an IP address or a host name'],
    [{ INTERNAL_HOST: '0.0.0.0' }, 'INTERNAL_TOKEN: needs 32 characters or more'],
    [{ INTERNAL_HOST: '0.0.0.0', INTERNAL_TOKEN: 'x'.repeat(31) }, 'INTERNAL_TOKEN: needs 32 characters or more'],
    [{ INTERNAL_HOST: '127.0.0.1.example.com' }, 'INTERNAL_TOKEN: needs'],
    [{ CLICKHOUSE_URL: 'http://app:x@127.0.0.1/' }, 'CLICKHOUSE_URL: must be http://user:password@host:port/database'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL: must be one of fatal, error, warn, info, debug, trace, silent'],
    [{ PORT: 'x' }, 'PORT: must be a port from 0 to 65535'],
    [{ PORT: '65536' }, 'PORT: must be a port from 0 to 65535'],
    [{ PORT: '-1' }, 'PORT: must be a port from 0 to 65535'],
    [{ RATE: 'many' }, 'RATE: must be a number of requests, 1 or more'],
    [{ BUS_URL: 'kafka://x' }, 'BUS_URL: must be lmdb:FOLDER'],
    [{ DATABASE_URL: 'mysql://u:hunter2@x/y' }, 'DATABASE_URL: must be pglite:FOLDER or postgres://'],
    [{ API_PUBLIC_URL: 'https://logs.example.com/api' }, 'API_PUBLIC_URL: must be an origin'],
    [{ API_PUBLIC_URL: 'logs.example.com' }, 'API_PUBLIC_URL: must be an origin'],
  ])('%j', (environment, expected) => {
    const told = errorOf(environment);
    expect(told).toContain(expected);
    expect(told).not.toMatch(/\n|hunter2/);
  });

  it.each([
    [['cert.pem', undefined], 'TLS_KEY_FILE: goes with TLS_CERT_FILE'],
    [[undefined, 'key.pem'], 'TLS_CERT_FILE: goes with TLS_KEY_FILE'],
    [['none.pem', 'key.pem'], 'TLS_CERT_FILE: cannot be read (ENOENT)'],
    [['cert.pem', 'none.pem'], 'TLS_KEY_FILE: cannot be read (ENOENT)'],
    [['text.pem', 'key.pem'], 'TLS_CERT_FILE: holds no certificate'],
    [['cert.pem', 'text.pem'], 'TLS_KEY_FILE: holds no private key'],
    [['cert.pem', 'other.pem'], 'TLS_KEY_FILE: is not the key of the certificate'],
  ])('TLS files %j', ([cert, key], expected) => {
    expect(errorOf(tlsEnvironment(cert, key))).toContain(expected);
  });
});

it('what is right is taken', () => {
  const settings = parse(tlsEnvironment('cert.pem', 'key.pem'));
  expect(tlsFiles(settings)).toEqual({ certFile: file('cert.pem'), keyFile: file('key.pem') });
  expect(parse({ TRUSTED_PROXIES: '10.0.0.1, fd00::/8,' }).TRUSTED_PROXIES).toEqual(['10.0.0.1', 'fd00::/8']);
  for (const HOST of ['::', '0.0.0.0', 'localhost', 'logs-1.example.com']) expect(parse({ HOST }).HOST).toBe(HOST);
  expect(parse({ INTERNAL_HOST: '127.0.0.2', INTERNAL_TOKEN: 'short' }).INTERNAL_TOKEN).toBe('short');
  expect(parse({ INTERNAL_HOST: '0.0.0.0', INTERNAL_TOKEN: 'x'.repeat(32) }).INTERNAL_HOST).toBe('0.0.0.0');
  expect([parse({}).PORT, parse({ PORT: '0' }).PORT, parse({ PORT: '65535' }).PORT]).toEqual([1, 0, 65_535]);
  const urls = { BUS_URL: 'lmdb:/b', DATABASE_URL: 'postgres://u:p@h/d', API_PUBLIC_URL: 'https://logs.example.com' };
  expect(parse(urls)).toMatchObject(urls);
});

function tlsEnvironment(cert: string | undefined, key: string | undefined): Record<string, string> {
  return {
    ...(cert === undefined ? {} : { TLS_CERT_FILE: file(cert) }),
    ...(key === undefined ? {} : { TLS_KEY_FILE: file(key) }),
  };
}

function errorOf(environment: Record<string, string>): string {
  try {
    parse(environment);
  } catch (error) {
    if (error instanceof StartupError) return error.message;
    throw error;
  }
  throw new Error('The settings were taken.');
}
