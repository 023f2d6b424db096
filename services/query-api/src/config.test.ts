import { StartupError } from '@sazabi/lifecycle';
import { expect, it } from 'vitest';
import { parseConfig } from './config.ts';

it.each([
  [{ BOOTSTRAP_SECRET_KEY: 'sk_live_sz_typo' }, /^Settings are wrong. BOOTSTRAP_SECRET_KEY: is malformed/],
  [{ INTERNAL_HOST: '0.0.0.0' }, /INTERNAL_TOKEN: needs 32 characters/],
  [{ INTERNAL_HOST: '0.0.0.0', INTERNAL_TOKEN: 'short' }, /INTERNAL_TOKEN: needs 32 characters/],
  [{ TLS_CERT_FILE: '/none' }, /TLS_KEY_FILE: goes with TLS_CERT_FILE/],
  [{ TLS_CERT_FILE: '/none', TLS_KEY_FILE: '/none' }, /TLS_CERT_FILE: cannot be read \(ENOENT\)/],
])('%j is refused in one line', (environment: NodeJS.ProcessEnv, expected) => {
  const good = { SAZABI_DATA_DIR: '/data', CLICKHOUSE_URL: 'http://reader:none@127.0.0.1:9/sazabi' };
  expect(() => parseConfig(good)).not.toThrow();
  const parse = () => parseConfig({ ...good, ...environment });
  expect(parse).toThrow(StartupError);
  expect(parse).toThrow(expected);
  expect(parse).not.toThrow(/\n/);
});
