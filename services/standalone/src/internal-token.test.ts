// The token of the run is on the disk for its owner alone, whatever an earlier run left there.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { internalTokenFile, writeInternalToken } from './internal-token.ts';

it('replaces the token of the last run, also one that was cut off or open to others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sazabi-token-'));
  const file = internalTokenFile(folder);
  writeFileSync(file, 'old', { mode: 0o644 });
  writeFileSync(`${file}.new`, 'cut', { mode: 0o644 });
  writeInternalToken(folder, 'of-this-run');
  expect(readFileSync(file, 'utf8').trim()).toBe('of-this-run');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['internal-token']);
  rmSync(folder, { recursive: true });
});
