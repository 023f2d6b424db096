// The files of first keys in a folder that is used with one control store and then with another.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { firstKeysPath, settleFirstKeys, writeFirstKeys } from './first-keys-file.ts';

const keysOf = (store: string) => ({ publicKey: `pk_${store}`, secretKey: `sk_${store}` });
let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'first-keys-'));
});
afterEach(() => rmSync(dataDir, { recursive: true }));

const settle = (store: string) => settleFirstKeys(dataDir, async ({ secretKey }) => secretKey === `sk_${store}`);
const firstStart = async (store: string) => {
  await writeFirstKeys(dataDir, keysOf(store));
  return await settle(store);
};
const read = (path: string | null) => JSON.parse(readFileSync(path ?? '', 'utf8'));
const files = () => readdirSync(dataDir).length;

it('keeps the keys of another store aside, for their owner alone, and has them back with that store', async () => {
  expect(await firstStart('a')).toEqual({ keptAside: null, placed: true });
  const { keptAside } = await firstStart('b');
  expect(keptAside).toMatch(/first-keys-\d{4}-\d\d-\d\dT.*Z\.json$/);
  expect([read(keptAside), read(firstKeysPath(dataDir))]).toEqual([keysOf('a'), keysOf('b')]);
  expect(statSync(keptAside ?? '').mode & 0o777).toBe(0o600);
  await settle('a');
  expect(read(firstKeysPath(dataDir))).toEqual(keysOf('a'));
  await settle('b');
  expect(read(firstKeysPath(dataDir))).toEqual(keysOf('b'));
  expect(files()).toBe(2);
});

it('touches nothing at later starts with the same store', async () => {
  await firstStart('a');
  expect(await settle('a')).toEqual({ keptAside: null, placed: false });
  expect(files()).toBe(1);
});

it('shows no keys of another store where its own are gone', async () => {
  await firstStart('a');
  const { keptAside, placed } = await settle('b');
  expect([read(keptAside), placed, files()]).toEqual([keysOf('a'), false, 1]);
});

it('does not pile up files of starts that failed before the commit, and leaves the other store its own', async () => {
  await firstStart('a');
  for (const attempt of ['b1', 'b2', 'b3']) await writeFirstKeys(dataDir, keysOf(attempt));
  expect([read(firstKeysPath(dataDir)), files()]).toEqual([keysOf('a'), 2]);
});

it('finds keys that were committed by a start that was cut off right then, and ignores a half file', async () => {
  await writeFirstKeys(dataDir, keysOf('a'));
  await settle('a');
  expect(read(firstKeysPath(dataDir))).toEqual(keysOf('a'));
  writeFileSync(`${firstKeysPath(dataDir)}.new`, '{"publicKey":');
  expect((await settle('b')).placed).toBe(false);
});
