import { describe, expect, it } from 'vitest';
import { parseConfig } from './config.ts';

describe('settings', () => {
  it('have defaults that work on one machine', () => {
    const config = parseConfig({});
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 4318,
      internalHost: '127.0.0.1',
      internalPort: 4321,
      keyFeedUrls: ['http://127.0.0.1:4320'],
      rateLimitMaxPerMinute: null,
      trustedProxies: [],
      tls: null,
    });
    expect(config.bus.url).toBe(`lmdb:${config.dataDir}/bus`);
  });

  it('are all named at once where they are wrong', () => {
    const wrong = { INTAKE_PORT: '70000', RATE_LIMIT_MAX_PER_MINUTE: 'many', LOG_LEVEL: 'loud', KEY_FEED_URL: 'x' };
    expect(() => parseConfig(wrong)).toThrow(/INTAKE_PORT.*LOG_LEVEL.*KEY_FEED_URL.*RATE_LIMIT_MAX_PER_MINUTE/);
  });

  it.each([
    [{ TLS_CERT_FILE: '/cert.pem' }, 'TLS_KEY_FILE'],
    [{ INTERNAL_HOST: '0.0.0.0' }, 'INTERNAL_TOKEN'],
    [{ INTERNAL_HOST: '0.0.0.0', INTERNAL_TOKEN: 'x'.repeat(31) }, 'INTERNAL_TOKEN'],
    [{ TRUSTED_PROXIES: '10.0.0.0/8, proxy.example' }, 'TRUSTED_PROXIES: "proxy.example"'],
  ])('%j is refused', (environment, named) => {
    expect(() => parseConfig(environment)).toThrow(named);
  });

  it('an internal port for others needs a token of 32 characters', () => {
    const config = parseConfig({
      INTERNAL_HOST: '0.0.0.0',
      INTERNAL_TOKEN: 'x'.repeat(32),
      TRUSTED_PROXIES: '10.0.0.1',
    });
    expect(config).toMatchObject({ internalHost: '0.0.0.0', trustedProxies: ['10.0.0.1'] });
  });
});
