// What a start keeps for the next one is used for the very code that it was made of, and a start does without it.
import { hash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { runSazabi } from './testing/run-sazabi.ts';

const MAIN = new URL('main.ts', import.meta.url);
const FILE = 'without-types-packages-cli-bin-sazabi.mjs.json';
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sazabi-compiled-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = () => join(folder, FILE);
const version = (environment: Readonly<Record<string, string>> = {}) =>
  runSazabi(['--version'], { environment: { NODE_COMPILE_CACHE: folder, ...environment } });
const read = () =>
  z.record(z.string(), z.tuple([z.string(), z.string()])).parse(JSON.parse(readFileSync(file(), 'utf8')));
const write = (source: string, code: string) =>
  writeFileSync(file(), JSON.stringify({ [MAIN.href]: [hash('sha256', source), code] }));
const STARTED = { code: 0, stdout: '0.1.0\n', stderr: '' };

it('the first start keeps it, the next one runs it', async () => {
  expect(await version()).toEqual(STARTED);
  const source = readFileSync(MAIN, 'utf8');
  expect(read()[MAIN.href]?.[0]).toBe(hash('sha256', source));
  write(source, 'process.stdout.write("kept\\n")');
  expect(await version()).toEqual({ ...STARTED, stdout: 'kept\n' });
});

it('what was made of other code is made anew', async () => {
  write('the code of before', 'process.stdout.write("kept\\n")');
  expect(await version()).toEqual(STARTED);
  expect(read()[MAIN.href]?.[1]).toContain('runCli');
});

it.each([
  ['is damaged', () => writeFileSync(file(), '{"half'), {}],
  ['is something else', () => writeFileSync(file(), '"text"'), {}],
  ['is of no file', () => writeFileSync(file(), '{"main.ts": ["of", "code"]}'), {}],
  ['is of other values', () => writeFileSync(file(), JSON.stringify({ [MAIN.href]: 1 })), {}],
  ['cannot be written', () => mkdirSync(file()), {}],
  ['is of no folder', () => undefined, { NODE_COMPILE_CACHE: join(fileURLToPath(MAIN), 'none') }],
  ['is not wanted', () => undefined, { NODE_DISABLE_COMPILE_CACHE: '1' }],
])('a start does without what %s', async (_state, prepare, environment) => {
  prepare();
  expect(await version(environment)).toEqual(STARTED);
});

it('what cannot be kept leaves nothing behind', async () => {
  mkdirSync(file());
  expect(await version()).toEqual(STARTED);
  expect(readdirSync(folder).filter((name) => name.startsWith('without-types'))).toEqual([FILE]);
});

it('nothing is run from a folder that others may write to', async () => {
  write(readFileSync(MAIN, 'utf8'), 'process.stdout.write("of another\\n")');
  chmodSync(folder, 0o777);
  expect(await version()).toEqual(STARTED);
});

it('a folder that cannot be looked at is not used', async () => {
  const loop = join(folder, 'loop');
  symlinkSync('loop', loop);
  expect(await version({ NODE_COMPILE_CACHE: loop })).toEqual(STARTED);
});
