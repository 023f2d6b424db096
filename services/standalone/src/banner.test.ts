import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BannerFacts, banner } from './banner.ts';
import { firstKeysFile, readFirstKeys, removeFirstKeys } from './first-keys.ts';

const KEYS = { publicKey: 'pk_live_sz_a', secretKey: 'sk_live_sz_b' };
const facts = (keys: BannerFacts['keys'], terminal: boolean): BannerFacts => ({
  intakeUrl: 'http://127.0.0.1:4318',
  apiUrl: 'http://127.0.0.1:4319',
  dataDir: '/data',
  keys,
  terminal,
});

describe('banner', () => {
  it('shows the first keys on a terminal, in the lines to paste too', () => {
    const text = banner(facts({ kind: 'shown', keys: KEYS }, true));
    expect(text).toContain(`-H 'x-sazabi-key: pk_live_sz_a'`);
    expect(text).toContain(`-H 'x-sazabi-secret-key: sk_live_sz_b'`);
    expect(text).toContain('http://127.0.0.1:4319/docs');
    expect(text).toContain('Ctrl-C');
  });

  it('elsewhere has lines that read the file when they are run, from a path with blanks and quotes too', () => {
    const folder = mkdtempSync(join(tmpdir(), "sazabi it's "));
    writeFileSync(firstKeysFile(folder), JSON.stringify(KEYS, null, 2));
    const text = banner(facts({ kind: 'in-file', file: firstKeysFile(folder) }, false));
    expect(text).not.toMatch(/[ps]k_live/);
    const headers = text
      .split('\n')
      .flatMap((line) => (line.includes('curl') ? [/-H (".*?") -H/.exec(line)?.[1] ?? ''] : []));
    const expanded = headers.map((header) => execFileSync('sh', ['-c', `printf %s ${header}`]).toString());
    expect(expanded).toEqual(['x-sazabi-key: pk_live_sz_a', 'x-sazabi-secret-key: sk_live_sz_b']);
    rmSync(folder, { recursive: true });
  });

  it('on later starts says how to make a key, and has none', () => {
    const text = banner(facts({ kind: 'known' }, true));
    expect(text).toContain('keys public-keys create');
    expect(text).not.toContain('curl');
  });
});

describe('first keys', () => {
  it('are read from the file that the API left, until it is removed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sazabi-keys-'));
    expect(readFirstKeys(folder)).toBeNull();
    writeFileSync(firstKeysFile(folder), JSON.stringify(KEYS));
    expect(readFirstKeys(folder)).toEqual(KEYS);
    removeFirstKeys(folder);
    expect(readFirstKeys(folder)).toBeNull();
    rmSync(folder, { recursive: true });
  });

  it('of another shape are an error, not nothing', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sazabi-keys-'));
    writeFileSync(firstKeysFile(folder), '{}');
    expect(() => readFirstKeys(folder)).toThrow();
    rmSync(folder, { recursive: true });
  });
});
